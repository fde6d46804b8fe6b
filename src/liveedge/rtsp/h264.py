"""H.264 out of RTP payloads (RFC 6184): single NAL units, STAP-A and FU-A.

Where an access unit ends
-------------------------
The marker bit says it (RFC 6184 §5.1), and a picture that ends there leaves at once. A camera that
never sets it is served by the next change of the timestamp, one frame later.

Some encoders set the marker at the end of each slice or of each NAL unit. The proof is a marker and
behind it, with the same timestamp, a slice that goes on with the picture (first_mb_in_slice is not
0); from then on markers are ignored. A marker on parameter sets alone makes markers suspect before
a picture is cut: the first picture is then held until the next packet proves the one or the other,
at the cost of one frame, once. Without that warning the first picture leaves incomplete, once in a
connection, and nothing follows before the next sync frame.

A gap in the packets drops the picture that it damages, and all after it up to the next sync frame.
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from re import compile as pattern

from liveedge.errors import LimitError
from liveedge.media.access_unit import AccessUnit

MAX_ACCESS_UNIT = 8 * 1024 * 1024
MAX_NALS = 1024
"""NAL units of one access unit; a slice a row of macroblocks makes 135 in 4K."""
MAX_PARAMETER_SET = 4096
MAX_PARAMETER_SETS = 64
"""Parameter sets that wait for the next access unit to leave."""

# NAL unit types: ITU-T H.264 table 7-1.
_SLICE = 1
_PARTITION_A = 2
_IDR = 5
_SEI = 6
_SPS = 7
_PPS = 8
_DELIMITER = 9
_FRAMING = frozenset({_DELIMITER, 10, 11, 12})
"""Access unit delimiter, end of sequence, end of stream, filler data."""
# Payload structures: RFC 6184 table 1.
_STAP_A = 24
_FU_A = 28

_BYTE = [bytes([value]) for value in range(256)]
_START_CODE = pattern(rb"\A\x00{2,}\x01")


class H264Depacketizer:
    """Collects the NAL units of one picture and emits them as an `AccessUnit`.

    Nothing is emitted before the first sync frame. Raises `LimitError` if a picture exceeds
    `MAX_ACCESS_UNIT` octets or `MAX_NALS` NAL units.
    """

    def __init__(self, emit: Callable[[AccessUnit], None]) -> None:
        self.access_units = 0
        """Emitted."""
        self.damaged = 0
        """Dropped because a part of them is missing."""
        self.skipped = 0
        """Whole, but dropped because the sync frame that they depend on is missing."""
        self.unknown = 0
        """Payloads of structures that non-interleaved mode does not have."""
        self.completed_at: float | None = None
        """Arrival of the last whole access unit, emitted or not."""
        self.emitted_at: float | None = None
        """Arrival of the last emitted one."""
        self._emit = emit
        self._nals: list[bytes] = []
        self._fragments: list[bytes] = []
        self._parameter_sets: list[bytes] = []
        self._timestamp = -1
        self._arrival = 0.0
        self._room = MAX_ACCESS_UNIT
        self._has_slice = False
        self._sync = False
        self._is_damaged = False
        self._waiting = True
        """For a sync frame."""
        self._after_gap = True
        """What comes next may be the middle of a picture; so it is at the beginning."""
        self._marked = False
        """A marker ended the picture of the last payload, or would have."""
        self._ignores_markers = False
        self._suspects_markers = False
        self._trusts_markers = False

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
        structure = indicator & 0x1F
        if structure == _FU_A and end - start > 1:
            header = data[start + 1]
            if header & 0x80:
                self._begin_fragments(indicator & 0xE0 | header & 0x1F)
            fragments = self._fragments
            if fragments:
                fragments.append(data[start + 2 : end])
                if header & 0x40:
                    nal = b"".join(fragments)
                    fragments.clear()
                    self._add(nal)
            else:
                self._is_damaged = True
        elif 0 < structure < _STAP_A:
            self._add(data[start:end])
        elif structure == _STAP_A:
            self._add_aggregate(data, start + 1, end)
        else:
            self.unknown += 1
        if marker:
            self._mark()

    def gap(self) -> None:
        """Note that packets are missing before the next payload."""
        if self._nals or self._fragments:
            self._is_damaged = True
            self._finish()
        self._waiting = True
        self._marked = False
        self._after_gap = True
        self._timestamp = -1

    def _begin(self, data: bytes, start: int, end: int, timestamp: int) -> None:
        """Find out what a payload begins that follows a marker, a gap or another timestamp."""
        if self._after_gap:
            self._after_gap = False
            self._is_damaged = not _begins_picture(data, start, end)
            self._timestamp = timestamp
            return
        if self._marked:
            self._marked = False
            if timestamp == self._timestamp and _continues_picture(data, start, end):
                self._ignores_markers = True
                # Unless it was held, the beginning of this picture has left already.
                self._is_damaged = not self._has_slice
                return
            self._trusts_markers = True
            self._suspects_markers = False
        # What holds no slice yet, such as parameter sets, belongs to the picture that follows.
        if self._has_slice or self._is_damaged or self._fragments:
            self._finish()
        self._timestamp = timestamp

    def _mark(self) -> None:
        """Take a marker bit for what it is worth."""
        if self._ignores_markers:
            return
        if self._has_slice or self._is_damaged:
            if self._fragments and not self._is_damaged:
                self._ignores_markers = True
                return
            self._marked = True
            if not self._suspects_markers:
                self._finish()
        else:
            self._suspects_markers = not self._trusts_markers

    def _begin_fragments(self, nal_header: int) -> None:
        if self._fragments:
            self._is_damaged = True
            self._fragments.clear()
        self._fragments.append(_BYTE[nal_header])

    def _add_aggregate(self, data: bytes, position: int, end: int) -> None:
        """Take the NAL units of a STAP-A, each behind its length in two octets."""
        while position + 2 <= end:
            size = data[position] << 8 | data[position + 1]
            position += 2
            if size and position + size <= end:
                self._add(data[position : position + size])
            position += size
        if position != end:
            self._is_damaged = True

    def _add(self, nal: bytes) -> None:
        """Take one whole NAL unit, not empty."""
        kind = nal[0] & 0x1F
        if _SLICE <= kind <= _IDR:
            self._has_slice = True
            if kind == _IDR:
                self._sync = True
        elif kind in (_SPS, _PPS):
            self._add_parameter_set(nal)
            return
        elif kind in _FRAMING:
            return
        elif not 0 < kind < _STAP_A:
            self.unknown += 1
            return
        if len(self._nals) == MAX_NALS:
            raise LimitError(f"A picture exceeds {MAX_NALS} NAL units.")
        self._nals.append(nal)

    def _add_parameter_set(self, nal: bytes) -> None:
        sets = self._parameter_sets
        if nal in sets:
            # The last one sent is the one that counts.
            sets.remove(nal)
        if len(nal) > MAX_PARAMETER_SET or len(sets) == MAX_PARAMETER_SETS:
            raise LimitError(
                f"The camera sends parameter sets beyond {MAX_PARAMETER_SETS}"
                f" of {MAX_PARAMETER_SET} octets."
            )
        sets.append(nal)

    def _finish(self) -> None:
        """End the access unit: emit it, unless it is damaged or cannot be decoded."""
        nals, self._nals = self._nals, []
        sync, self._sync = self._sync, False
        damaged, self._is_damaged = self._is_damaged or bool(self._fragments), False
        self._fragments.clear()
        self._has_slice = False
        self._room = MAX_ACCESS_UNIT
        if damaged:
            self.damaged += 1
            self._waiting = True
            return
        self.completed_at = self._arrival
        if self._waiting and not sync:
            self.skipped += 1
            return
        # Only a gap makes it wait again once it has emitted.
        gap = self._waiting and self.access_units > 0
        self._waiting = False
        self.access_units += 1
        self.emitted_at = self._arrival
        sets = tuple(self._parameter_sets)
        self._parameter_sets.clear()
        self._emit(AccessUnit(nals, self._timestamp, sync, self._arrival, sets, gap))


def parameter_sets(fmtp: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return the SPS and PPS of `sprop-parameter-sets` (RFC 6184 §8.1); pass over what is not."""
    found: list[bytes] = []
    for text in fmtp.get("sprop-parameter-sets", "").split(","):
        try:
            nal = b64decode(text.strip() + "==")
        except (Base64Error, ValueError):
            continue
        # Some cameras put the start code of Annex B in front.
        nal = _START_CODE.sub(b"", nal)
        if nal and nal[0] & 0x1F in (_SPS, _PPS) and len(nal) <= MAX_PARAMETER_SET:
            found.append(nal)
    return tuple(found[:MAX_PARAMETER_SETS])


def _first_nal(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the type of the NAL unit that a payload begins, and where its content is.

    The type is 0 where none begins: in the middle of a fragmented one, or if it is malformed.
    """
    structure = data[start] & 0x1F
    if structure == _FU_A and end - start > 2:
        header = data[start + 1]
        return (header & 0x1F if header & 0x80 else 0), start + 2
    if structure == _STAP_A and end - start > 4:
        return data[start + 3] & 0x1F, start + 4
    return (structure if structure < _STAP_A and end - start > 1 else 0), start + 1


def _begins_picture(data: bytes, start: int, end: int) -> bool:
    """Return whether a payload is the first of an access unit (ITU-T H.264 §7.4.1.2.3)."""
    kind, content = _first_nal(data, start, end)
    if kind in (_SLICE, _PARTITION_A, _IDR):
        # first_mb_in_slice is the first element of a slice header; as ue(v), 0 is a single 1 bit.
        return data[content] >= 0x80
    return kind in (_SEI, _SPS, _PPS, _DELIMITER)


def _continues_picture(data: bytes, start: int, end: int) -> bool:
    """Return whether a payload can only be in the middle of a picture."""
    kind, content = _first_nal(data, start, end)
    return kind in (_SLICE, _PARTITION_A, _IDR) and data[content] < 0x80
