"""The sequence parameter set of H.265 (ITU-T H.265 §7.3.2.2, §E.2.1)."""

from dataclasses import dataclass
from fractions import Fraction

from liveedge.errors import ProtocolError
from liveedge.media.bits import BitReader, unescape
from liveedge.media.vui import skip_appearance

_MAX_DIMENSION = 16384
_MAX_SETS = 64
"""num_short_term_ref_pic_sets (§7.4.3.2.1)."""
_MAX_LONG_TERM = 32
_MAX_REFERENCES = 16
_PROFILE_TIER_LEVEL = slice(3, 15)
"""Octets of the general profile, tier and level, behind NAL unit header and one octet of ids."""


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """What one SPS says, as far as packaging and status need it."""

    profile_tier_level: bytes
    """general_profile_space up to general_level_idc (§7.3.3): 12 octets, as `hvcC` has them."""
    temporal_layers: int
    temporal_id_nested: bool
    width: int
    height: int
    chroma_format: int
    bit_depth_luma: int
    bit_depth_chroma: int
    reorder_frames: int
    """How many pictures may precede a picture in decoding order but follow it in output."""
    frame_rate: Fraction | None
    """From the VUI timing information, None if the stream does not say."""


def parse_sps(sps: bytes) -> SequenceParameters:
    """Read a sequence parameter set, NAL unit header included."""
    rbsp = unescape(sps)
    reader = BitReader(rbsp[2:])
    reader.bits(4)  # sps_video_parameter_set_id
    layers = reader.bits(3)
    nested = reader.flag()
    skip_profile_tier_level(reader, layers)
    reader.ue()  # sps_seq_parameter_set_id
    chroma = reader.ue()
    if chroma > 3:
        raise ProtocolError("A sequence parameter set names an unknown chroma format.")
    if chroma == 3:
        reader.flag()  # separate_colour_plane_flag
    width, height = _read_size(reader, chroma)
    depth_luma, depth_chroma = 8 + reader.ue(), 8 + reader.ue()
    if depth_luma > 16 or depth_chroma > 16:
        raise ProtocolError("A sequence parameter set has an impossible bit depth.")
    order_bits = reader.ue() + 4
    reorder = 0
    for _ in range(layers + 1 if reader.flag() else 1):
        reader.ue()  # sps_max_dec_pic_buffering_minus1
        reorder = reader.ue()
        reader.ue()  # sps_max_latency_increase_plus1
    try:
        frame_rate = _read_frame_rate(reader, order_bits)
    except ProtocolError:
        # What cameras get wrong is far behind what a container needs, and is worth no picture.
        frame_rate = None
    return SequenceParameters(
        profile_tier_level=rbsp[_PROFILE_TIER_LEVEL],
        temporal_layers=layers + 1,
        temporal_id_nested=nested,
        width=width,
        height=height,
        chroma_format=chroma,
        bit_depth_luma=depth_luma,
        bit_depth_chroma=depth_chroma,
        reorder_frames=min(reorder, _MAX_REFERENCES),
        frame_rate=frame_rate,
    )


def skip_profile_tier_level(reader: BitReader, layers: int) -> None:
    """Pass over profile_tier_level (§7.3.3) with `layers` = sps_max_sub_layers_minus1."""
    reader.bits(96)
    present = [(reader.flag(), reader.flag()) for _ in range(layers)]
    if layers:
        reader.bits(2 * (8 - layers))
    for profile, level in present:
        reader.bits(88 * profile + 8 * level)


def _read_size(reader: BitReader, chroma: int) -> tuple[int, int]:
    """Width and height in pixels inside the conformance window (§7.4.3.2.1)."""
    width, height = reader.ue(), reader.ue()
    if reader.flag():  # conformance_window_flag
        left, right, top, bottom = (reader.ue() for _ in range(4))
        width -= (2 if chroma in (1, 2) else 1) * (left + right)
        height -= (2 if chroma == 1 else 1) * (top + bottom)
    if not (0 < width <= _MAX_DIMENSION and 0 < height <= _MAX_DIMENSION):
        raise ProtocolError("A sequence parameter set describes an impossible picture size.")
    return width, height


def _read_frame_rate(reader: BitReader, order_bits: int) -> Fraction | None:
    """Go on to the VUI and read its timing."""
    for _ in range(6):  # sizes and depths of coding and transform blocks
        reader.ue()
    if reader.flag() and reader.flag():  # scaling_list_enabled_flag, …data_present_flag
        _skip_scaling_lists(reader)
    reader.bits(2)  # amp_enabled_flag, sample_adaptive_offset_enabled_flag
    if reader.flag():  # pcm_enabled_flag
        reader.bits(8)
        reader.ue()
        reader.ue()
        reader.flag()
    _skip_reference_sets(reader)
    if reader.flag():  # long_term_ref_pics_present_flag
        count = reader.ue()
        if count > _MAX_LONG_TERM:
            raise ProtocolError("A sequence parameter set has too many long-term pictures.")
        reader.bits(count * (order_bits + 1))
    reader.bits(2)  # sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
    return _read_vui(reader) if reader.flag() else None


def _skip_scaling_lists(reader: BitReader) -> None:
    """scaling_list_data (§7.3.4)."""
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if not reader.flag():  # scaling_list_pred_mode_flag
                reader.ue()
                continue
            for _ in range(min(64, 16 << 2 * size) + (size > 1)):
                reader.se()


def _skip_reference_sets(reader: BitReader) -> None:
    """All st_ref_pic_set (§7.3.7), each of which may build on the one before."""
    count = reader.ue()
    if count > _MAX_SETS:
        raise ProtocolError("A sequence parameter set has too many reference picture sets.")
    pictures = 0
    for index in range(count):
        if index and reader.flag():  # inter_ref_pic_set_prediction_flag
            reader.flag()  # delta_rps_sign
            reader.ue()  # abs_delta_rps_minus1
            # used_by_curr_pic_flag, or else use_delta_flag
            pictures = sum(reader.flag() or reader.flag() for _ in range(pictures + 1))
        else:
            negative, positive = reader.ue(), reader.ue()
            pictures = negative + positive
            if negative > _MAX_REFERENCES or positive > _MAX_REFERENCES:
                raise ProtocolError("A sequence parameter set refers to too many pictures.")
            for _ in range(pictures):
                reader.ue()
                reader.flag()


def _read_vui(reader: BitReader) -> Fraction | None:
    """Frame rate out of the video usability information (§E.2.1)."""
    skip_appearance(reader)
    reader.bits(3)  # neutral chroma, field sequence, frame and field information
    if reader.flag():  # default_display_window_flag
        for _ in range(4):
            reader.ue()
    if not reader.flag():  # vui_timing_info_present_flag
        return None
    ticks, scale = reader.bits(32), reader.bits(32)
    return Fraction(scale, ticks) if ticks and scale else None
