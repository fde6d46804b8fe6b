"""H.265 parameter sets (ITU-T H.265 §7.3.2) and what a container needs of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from struct import pack

from liveedge.errors import ProtocolError
from liveedge.media.bits import BitReader, unescape
from liveedge.media.h265_sps import SequenceParameters, parse_sps, skip_profile_tier_level

__all__ = ["H265Config", "ParameterSets", "SequenceParameters", "parse_sps"]

NAL_VPS = 32
NAL_SPS = 33
NAL_PPS = 34

_MAX_PARAMETER_SET = 4096
_MAX_ID = {NAL_VPS: 15, NAL_SPS: 15, NAL_PPS: 63}
_FOUR_BYTE_LENGTHS = 3
_ARRAY_COMPLETE = 0x80


@dataclass(frozen=True, slots=True)
class H265Config:
    """One decoder configuration: the parameter sets in force, and what the first SPS means."""

    vps: tuple[bytes, ...]
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    parameters: SequenceParameters

    @property
    def codec(self) -> str:
        """The `codecs` parameter (ISO/IEC 14496-15 Annex E.3), for example `hvc1.1.6.L93.B0`.

        Profile space and profile, compatibility flags in reverse bit order, tier and level, and
        the bytes of constraint flags without trailing zeros.
        """
        head, *compatibility = self.parameters.profile_tier_level[:5]
        constraints = self.parameters.profile_tier_level[5:11].rstrip(b"\0")
        flags = int(format(int.from_bytes(compatibility, "big"), "032b")[::-1], 2)
        space = ("", "A", "B", "C")[head >> 6]
        tier = "H" if head & 0x20 else "L"
        level = self.parameters.profile_tier_level[11]
        words = [f"hvc1.{space}{head & 0x1F}", f"{flags:X}", f"{tier}{level}"]
        return ".".join([*words, *(f"{byte:X}" for byte in constraints)])

    @property
    def sample_entry(self) -> bytes:
        """`hvc1` (ISO/IEC 14496-15 §8.4.1.1): parameter sets are in the sample entry only."""
        return b"hvc1"

    @property
    def record(self) -> tuple[bytes, bytes]:
        """`hvcC`: HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 §8.3.3.1)."""
        parameters = self.parameters
        arrays = ((NAL_VPS, self.vps), (NAL_SPS, self.sps), (NAL_PPS, self.pps))
        layers = parameters.temporal_layers << 3 | parameters.temporal_id_nested << 2
        record = (
            b"\x01"
            + parameters.profile_tier_level
            # Segmentation and parallelism are not known, nor is the average frame rate.
            + b"\xf0\x00\xfc"
            + bytes(
                (
                    0xFC | parameters.chroma_format,
                    0xF8 | (parameters.bit_depth_luma - 8) & 7,
                    0xF8 | (parameters.bit_depth_chroma - 8) & 7,
                )
            )
            + b"\x00\x00"
            + bytes((layers | _FOUR_BYTE_LENGTHS, len(arrays)))
        )
        for kind, nals in arrays:
            record += pack(">BH", _ARRAY_COMPLETE | kind, len(nals))
            record += b"".join(pack(">H", len(nal)) + nal for nal in nals)
        return b"hvcC", record

    @property
    def brand(self) -> bytes:
        """None is needed."""
        return b""


class ParameterSets:
    """The parameter sets that a stream has sent so far, the newest of each id (§7.4.2.4.2)."""

    def __init__(self) -> None:
        self._sets: dict[int, dict[int, bytes]] = {NAL_VPS: {}, NAL_SPS: {}, NAL_PPS: {}}

    def update(self, nals: Iterable[bytes]) -> bool:
        """Take bare NAL units of VPS, SPS and PPS; True if they change the configuration."""
        changed = False
        for nal in nals:
            kind = nal[0] >> 1 & 0x3F if nal else 0
            known = self._sets.get(kind)
            if known is not None and nal in known.values():
                continue
            if known is None or not 3 <= len(nal) <= _MAX_PARAMETER_SET:
                raise ProtocolError("The camera sent an H.265 parameter set that is none.")
            known[_identify(kind, nal)] = nal
            changed = True
        return changed

    def config(self) -> H265Config | None:
        """The configuration they make, None while a VPS, an SPS or a PPS is missing."""
        vps, sps, pps = (tuple(sets.values()) for sets in self._sets.values())
        if not vps or not sps or not pps:
            return None
        return H265Config(vps, sps, pps, parse_sps(sps[0]))


def _identify(kind: int, nal: bytes) -> int:
    """The id of a parameter set."""
    reader = BitReader(unescape(nal)[2:])
    if kind == NAL_VPS:
        return reader.bits(4)
    if kind == NAL_SPS:
        reader.bits(4)  # sps_video_parameter_set_id
        layers = reader.bits(3)
        reader.flag()  # sps_temporal_id_nesting_flag
        skip_profile_tier_level(reader, layers)
    identity = reader.ue()
    if identity > _MAX_ID[kind]:
        raise ProtocolError("The camera sent an H.265 parameter set with an impossible id.")
    return identity
