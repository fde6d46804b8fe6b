"""H.265 out of RTP payloads (RFC 7798): single NAL units, aggregation packets and fragments.

Decoding begins at any IRAP picture. At a CRA picture, and always at a BLA picture, the leading
pictures that refer to what came before it (RASL) are left out: nobody could decode them.
"""

from collections.abc import Callable, Mapping

from liveedge.errors import LimitError
from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.pictures import (
    MAX_ACCESS_UNIT,
    MAX_PARAMETER_SETS,
    PictureDepacketizer,
    sent_parameter_sets,
)

# NAL unit types: ITU-T H.265 table 7-1.
_RASL = (8, 9)
_LAST_TRAILING_OR_LEADING = 9
_FIRST_IRAP = _FIRST_BLA = 16
_LAST_BLA = 18
_CRA = 21
_FIRST_NON_VCL = 32
_VPS, _SPS, _PPS = _PARAMETER_SETS = (32, 33, 34)
_DELIMITER = 35
_FRAMING = frozenset({_DELIMITER, 36, 37, 38})
"""Access unit delimiter, end of sequence, end of bitstream, filler data."""
_PREFIX_SEI, _SUFFIX_SEI = 39, 40
# Payload structures: RFC 7798 §4.4.
_AGGREGATE = 48
_FRAGMENT = 49
_NONE = -1


class H265Depacketizer(PictureDepacketizer):
    """Takes payloads without decoding order numbers apart (RFC 7798 §4.4)."""

    def __init__(self, emit: Callable[[AccessUnit], None]) -> None:
        super().__init__(emit)
        self._skips_leading = True
        """RASL pictures that follow the newest IRAP picture cannot be decoded."""

    def push(
        self, data: bytes, start: int, end: int, timestamp: int, marker: int, arrival: float
    ) -> None:
        """Take one RTP payload, `data[start:end]`, that is not empty."""
        if timestamp != self._timestamp or self._marked:
            self._begin(data, start, end, timestamp)
        self._arrival = arrival
        self._room -= end - start
        if self._room < 0:
            raise LimitError(f"A picture exceeds {MAX_ACCESS_UNIT} octets.")
        indicator = data[start]
        structure = indicator >> 1 & 0x3F
        if structure == _FRAGMENT and end - start > 2:
            header = data[start + 2]
            if header & 0x80:
                first = indicator & 0x81 | (header & 0x3F) << 1
                self._begin_fragments(bytes((first, data[start + 1])))
            fragments = self._fragments
            if fragments:
                fragments.append(data[start + 3 : end])
                if header & 0x40:
                    nal = b"".join(fragments)
                    fragments.clear()
                    self._add(nal)
            else:
                self._is_damaged = True
        elif structure < _AGGREGATE:
            self._add(data[start:end])
        elif structure == _AGGREGATE:
            self._add_aggregate(data, start + 2, end)
        else:
            self.unknown += 1
        if marker:
            self._mark()

    def _add(self, nal: bytes) -> None:
        if len(nal) < 2:
            self.unknown += 1
            return
        kind = nal[0] >> 1
        if nal[0] & 1 or nal[1] & 0xF8:
            return  # Of another layer (nuh_layer_id); whoever decodes the base layer ignores it.
        if kind <= _LAST_TRAILING_OR_LEADING:
            self._has_slice = True
            if kind in _RASL and self._skips_leading:
                self._is_undecodable = True
        elif _FIRST_IRAP <= kind <= _CRA:
            self._has_slice = self._sync = True
            # NoRaslOutputFlag: ITU-T H.265 §8.1.3.
            self._skips_leading = self._waiting or _FIRST_BLA <= kind <= _LAST_BLA
        elif kind in _PARAMETER_SETS:
            self._add_parameter_set(nal)
            return
        elif kind in _FRAMING:
            return
        elif kind not in (_PREFIX_SEI, _SUFFIX_SEI):
            self.unknown += 1
            return
        self._keep(nal)

    def _begins_picture(self, data: bytes, start: int, end: int) -> bool:
        kind, content = _first_nal(data, start, end)
        if 0 <= kind < _FIRST_NON_VCL:
            # first_slice_segment_in_pic_flag is the first bit of a slice segment header.
            return data[content] >= 0x80
        # ITU-T H.265 §7.4.2.4.4.
        return kind in (_VPS, _SPS, _PPS, _DELIMITER, _PREFIX_SEI)

    def _continues_picture(self, data: bytes, start: int, end: int) -> bool:
        kind, content = _first_nal(data, start, end)
        return 0 <= kind < _FIRST_NON_VCL and data[content] < 0x80


def parameter_sets(fmtp: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return the VPS, SPS and PPS of `sprop-vps`, `-sps` and `-pps` (RFC 7798 §7.1)."""
    found: list[bytes] = []
    for name, kind in (("sprop-vps", _VPS), ("sprop-sps", _SPS), ("sprop-pps", _PPS)):
        nals = sent_parameter_sets(fmtp.get(name, ""))
        found += [nal for nal in nals if nal[0] >> 1 == kind and len(nal) > 2]
    return tuple(found[:MAX_PARAMETER_SETS])


def interleaves(fmtp: Mapping[str, str]) -> bool:
    """Return whether payloads carry decoding order numbers (RFC 7798 §7.1, sprop-max-don-diff)."""
    return fmtp.get("sprop-max-don-diff", "0").lstrip("0") != ""


def _first_nal(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the type of the NAL unit that a payload begins, and where its content is.

    The type is `_NONE` in the middle of a fragmented one, or if it is malformed.
    """
    structure = data[start] >> 1 & 0x3F
    if structure == _FRAGMENT and end - start > 3:
        header = data[start + 2]
        return (header & 0x3F if header & 0x80 else _NONE), start + 3
    if structure == _AGGREGATE and end - start > 6:
        return data[start + 4] >> 1 & 0x3F, start + 6
    return (structure if structure < _AGGREGATE and end - start > 2 else _NONE), start + 2
