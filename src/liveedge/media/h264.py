"""H.264 parameter sets (ITU-T H.264 §7.3.2.1, Annex E) and what a container needs of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from struct import pack

from liveedge.errors import ProtocolError
from liveedge.media.bits import BitReader, unescape
from liveedge.media.h264_slice import SliceSyntax
from liveedge.media.vui import skip_appearance

NAL_IDR = 5
NAL_SPS = 7
NAL_PPS = 8

_PROFILES_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_PROFILES_WITH_AVCC_EXTENSION = frozenset({100, 110, 122, 144})
_FOUR_BYTE_LENGTHS = b"\xff"
_MAX_DIMENSION = 16384
_MAX_REORDER = 16
_MAX_PARAMETER_SET = 4096
_MAX_ID = {NAL_SPS: 30, NAL_PPS: 254}


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """What one SPS says, as far as packaging and status need it."""

    profile: int
    compatibility: int
    level: int
    width: int
    height: int
    chroma_format: int
    bit_depth_luma: int
    bit_depth_chroma: int
    reorder_frames: int
    """How many pictures may precede a picture in decoding order but follow it in output."""
    frame_rate: Fraction | None
    """From the VUI timing information, None if the stream does not say."""
    slices: SliceSyntax
    """How the headers of its slices are to be read."""


@dataclass(frozen=True, slots=True)
class H264Config:
    """One decoder configuration: the parameter sets in force, and what the first SPS means."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    parameters: SequenceParameters

    @property
    def codec(self) -> str:
        """The `codecs` parameter of RFC 6381 §3.3, for example `avc1.42c01f`."""
        return "avc1." + self.sps[0][1:4].hex()

    @property
    def sample_entry(self) -> bytes:
        """`avc1` (ISO/IEC 14496-15 §5.4.2.1): parameter sets are in the sample entry only."""
        return b"avc1"

    @property
    def record(self) -> tuple[bytes, bytes]:
        """`avcC`: AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1)."""
        parameters = self.parameters
        record = (
            b"\x01"
            + self.sps[0][1:4]
            + _FOUR_BYTE_LENGTHS
            + bytes([0xE0 | len(self.sps)])
            + b"".join(pack(">H", len(sps)) + sps for sps in self.sps)
            + bytes([len(self.pps)])
            + b"".join(pack(">H", len(pps)) + pps for pps in self.pps)
        )
        if parameters.profile in _PROFILES_WITH_AVCC_EXTENSION:
            record += bytes(
                (
                    0xFC | parameters.chroma_format,
                    0xF8 | (parameters.bit_depth_luma - 8) & 7,
                    0xF8 | (parameters.bit_depth_chroma - 8) & 7,
                    0,
                )
            )
        return b"avcC", record

    @property
    def brand(self) -> bytes:
        """`avc1` (ISO/IEC 14496-12 Annex E)."""
        return b"avc1"


class ParameterSets:
    """The parameter sets that a stream has sent so far, the newest of each id (§7.4.1.2.1)."""

    def __init__(self) -> None:
        self._sps: dict[int, bytes] = {}
        self._pps: dict[int, bytes] = {}

    def update(self, nals: Iterable[bytes]) -> bool:
        """Take bare NAL units of SPS and PPS; True if they change the decoder configuration."""
        changed = False
        for nal in nals:
            if nal in self._sps.values() or nal in self._pps.values():
                continue
            kind, identity = _identify(nal)
            (self._sps if kind == NAL_SPS else self._pps)[identity] = nal
            changed = True
        return changed

    def config(self) -> H264Config | None:
        """The configuration they make, None while an SPS or a PPS is missing."""
        if not self._sps or not self._pps:
            return None
        sps = tuple(self._sps.values())
        return H264Config(sps, tuple(self._pps.values()), parse_sps(sps[0]))


def _identify(nal: bytes) -> tuple[int, int]:
    """Kind and id of a parameter set."""
    kind = nal[0] & 0x1F if nal else 0
    if kind not in (NAL_SPS, NAL_PPS) or len(nal) > _MAX_PARAMETER_SET:
        raise ProtocolError("The camera sent an H.264 parameter set that is none.")
    skipped = 4 if kind == NAL_SPS else 1  # NAL header, and of an SPS profile and level
    identity = BitReader(unescape(nal)[skipped:]).ue()
    if identity > _MAX_ID[kind]:
        raise ProtocolError("The camera sent an H.264 parameter set with an impossible id.")
    return kind, identity


def parse_sps(sps: bytes) -> SequenceParameters:
    """Read a sequence parameter set, NAL header included (§7.3.2.1.1)."""
    if len(sps) < 4 or sps[0] & 0x1F != NAL_SPS or len(sps) > _MAX_PARAMETER_SET:
        raise ProtocolError("The camera sent a sequence parameter set that is none.")
    reader = BitReader(unescape(sps)[1:])
    profile, compatibility, level = reader.bits(8), reader.bits(8), reader.bits(8)
    reader.ue()  # seq_parameter_set_id
    chroma, depth_luma, depth_chroma = 1, 8, 8
    if profile in _PROFILES_WITH_CHROMA:
        chroma, depth_luma, depth_chroma = _read_chroma(reader)
    frame_num_bits = 4 + reader.ue()
    order_bits = _read_picture_order(reader)
    reader.ue()  # max_num_ref_frames
    reader.flag()  # gaps_in_frame_num_value_allowed_flag
    width, height, frames_only = _read_size(reader, chroma)
    frame_rate, reorder = _read_vui(reader) if reader.flag() else (None, 0)
    return SequenceParameters(
        profile=profile,
        compatibility=compatibility,
        level=level,
        width=width,
        height=height,
        chroma_format=chroma,
        bit_depth_luma=depth_luma,
        bit_depth_chroma=depth_chroma,
        reorder_frames=reorder,
        frame_rate=frame_rate,
        slices=SliceSyntax(frame_num_bits, order_bits, simple=frames_only and chroma != 3),
    )


def _read_chroma(reader: BitReader) -> tuple[int, int, int]:
    chroma = reader.ue()
    if chroma > 3:
        raise ProtocolError("A sequence parameter set names an unknown chroma format.")
    if chroma == 3:
        reader.flag()  # separate_colour_plane_flag
    depth_luma, depth_chroma = 8 + reader.ue(), 8 + reader.ue()
    reader.flag()  # qpprime_y_zero_transform_bypass_flag
    if reader.flag():  # seq_scaling_matrix_present_flag
        for index in range(8 if chroma != 3 else 12):
            if reader.flag():
                _skip_scaling_list(reader, 16 if index < 6 else 64)
    return chroma, depth_luma, depth_chroma


def _skip_scaling_list(reader: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + reader.se()) % 256
        last = following or last


def _read_picture_order(reader: BitReader) -> int:
    """Bits of pic_order_cnt_lsb; 0 where slice headers have none."""
    kind = reader.ue()
    if kind == 0:
        return 4 + reader.ue()  # log2_max_pic_order_cnt_lsb_minus4
    if kind == 1:
        reader.flag()  # delta_pic_order_always_zero_flag
        reader.se()  # offset_for_non_ref_pic
        reader.se()  # offset_for_top_to_bottom_field
        cycle = reader.ue()
        if cycle > 255:
            raise ProtocolError("A sequence parameter set has an impossible picture order cycle.")
        for _ in range(cycle):
            reader.se()
    return 0


def _read_size(reader: BitReader, chroma: int) -> tuple[int, int, bool]:
    """Width and height in pixels after cropping (§7.4.2.1.1, equations 7-13 to 7-22).

    And whether every picture is a frame, never a field.
    """
    width = 16 * (reader.ue() + 1)
    map_units = reader.ue() + 1
    frame_mbs_only = reader.flag()
    height = 16 * map_units * (1 if frame_mbs_only else 2)
    if not frame_mbs_only:
        reader.flag()  # mb_adaptive_frame_field_flag
    reader.flag()  # direct_8x8_inference_flag
    if reader.flag():  # frame_cropping_flag
        left, right, top, bottom = (reader.ue() for _ in range(4))
        unit_x = 2 if chroma in (1, 2) else 1
        unit_y = (2 if chroma == 1 else 1) * (1 if frame_mbs_only else 2)
        width -= unit_x * (left + right)
        height -= unit_y * (top + bottom)
    if not (0 < width <= _MAX_DIMENSION and 0 < height <= _MAX_DIMENSION):
        raise ProtocolError("A sequence parameter set describes an impossible picture size.")
    return width, height, frame_mbs_only


def _read_vui(reader: BitReader) -> tuple[Fraction | None, int]:
    """Frame rate and reorder depth out of the video usability information (§E.1.1).

    Where the stream does not state its reorder depth the standard would have us assume the
    largest (§E.2.1). Cameras that reorder do state it; for all others that assumption would
    cost frames of delay for nothing, so it is taken as 0.
    """
    skip_appearance(reader)
    frame_rate = _read_timing(reader)
    has_nal_hrd = reader.flag()
    if has_nal_hrd:
        _skip_hrd(reader)
    has_vcl_hrd = reader.flag()
    if has_vcl_hrd:
        _skip_hrd(reader)
    if has_nal_hrd or has_vcl_hrd:
        reader.flag()  # low_delay_hrd_flag
    reader.flag()  # pic_struct_present_flag
    reorder = 0
    if reader.flag():  # bitstream_restriction_flag
        reader.flag()  # motion_vectors_over_pic_boundaries_flag
        for _ in range(4):
            reader.ue()
        reorder = min(reader.ue(), _MAX_REORDER)
    return frame_rate, reorder


def _read_timing(reader: BitReader) -> Fraction | None:
    if not reader.flag():  # timing_info_present_flag
        return None
    ticks, scale = reader.bits(32), reader.bits(32)
    reader.flag()  # fixed_frame_rate_flag
    # Two ticks, one per field, make a frame (§E.2.1).
    return Fraction(scale, 2 * ticks) if ticks and scale else None


def _skip_hrd(reader: BitReader) -> None:
    count = reader.ue() + 1
    if count > 32:
        raise ProtocolError("A sequence parameter set has impossible buffering parameters.")
    reader.bits(8)
    for _ in range(count):
        reader.ue()
        reader.ue()
        reader.flag()
    reader.bits(20)
