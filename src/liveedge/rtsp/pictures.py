"""NAL units of one picture after another, collected into access units: what H.264 and H.265 share.

Where an access unit ends
-------------------------
The marker bit says it (RFC 6184 §5.1, RFC 7798 §4.1), and a picture that ends there leaves at once.
A camera that never sets it is served by the next change of the timestamp, one frame later.

Some encoders set the marker at the end of each slice or of each NAL unit. The proof is a marker and
behind it, with the same timestamp, a slice that goes on with the picture; from then on markers are
ignored. A marker on parameter sets alone makes markers suspect before a picture is cut: the first
picture is then held until the next packet proves the one or the other, at the cost of one frame,
once. Without that warning the first picture leaves incomplete, once in a connection, and nothing
follows before the next sync frame.

A gap in the packets drops the picture that it damages. Those after it, up to the next sync frame,
are dropped too, or emitted as damaged (`shows_damage`).
"""

from abc import ABC, abstractmethod
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from re import compile as pattern

from liveedge.errors import LimitError
from liveedge.media.access_unit import AccessUnit

MAX_ACCESS_UNIT = 8 * 1024 * 1024
MAX_NALS = 1024
"""NAL units of one access unit; a slice a row of macroblocks makes 135 in 4K."""
MAX_PARAMETER_SET = 4096
MAX_PARAMETER_SETS = 64
"""Parameter sets that wait for the next access unit to leave."""

_START_CODE = pattern(rb"\A\x00{2,}\x01")


class PictureDepacketizer(ABC):
    """Collects the NAL units of one picture and emits them as an `AccessUnit`.

    Nothing is emitted before the first sync frame. Raises `LimitError` if a picture exceeds
    `MAX_ACCESS_UNIT` octets or `MAX_NALS` NAL units. A codec adds how its payloads are taken apart
    (`push`) and what a payload begins.
    """

    def __init__(self, emit: Callable[[AccessUnit], None]) -> None:
        self.access_units = 0
        """Emitted."""
        self.damaged = 0
        """Dropped because a part of them is missing."""
        self.skipped = 0
        """Whole, but dropped because what they depend on is missing."""
        self.shows_damage = False
        """Whether to emit them nevertheless, once a sync frame has been."""
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
        self._is_undecodable = False
        """Whole, but it refers to pictures that nobody has, though it follows a sync frame."""
        self._waiting = True
        """For a sync frame."""
        self._hole = False
        """Pictures before the next one are missing."""
        self._after_gap = True
        """What comes next may be the middle of a picture; so it is at the beginning."""
        self._marked = False
        """A marker ended the picture of the last payload, or would have."""
        self._ignores_markers = False
        self._suspects_markers = False
        self._trusts_markers = False

    @abstractmethod
    def push(
        self, data: bytes, start: int, end: int, timestamp: int, marker: int, arrival: float
    ) -> None:
        """Take one RTP payload, `data[start:end]`, that is not empty."""

    @abstractmethod
    def _add(self, nal: bytes) -> None:
        """Take one whole NAL unit, not empty."""

    @abstractmethod
    def _begins_picture(self, data: bytes, start: int, end: int) -> bool:
        """Return whether a payload is the first of an access unit."""

    @abstractmethod
    def _continues_picture(self, data: bytes, start: int, end: int) -> bool:
        """Return whether a payload can only be in the middle of a picture."""

    def push_picture(self, nals: list[bytes], timestamp: int, arrival: float) -> None:
        """Take the NAL units of one picture: each is a payload, and the last one has the marker."""
        for place, nal in enumerate(nals, 1):
            self.push(nal, 0, len(nal), timestamp, place == len(nals), arrival)

    def gap(self) -> None:
        """Note that packets are missing before the next payload."""
        if self._nals or self._fragments:
            self._is_damaged = True
            self._finish()
        self._waiting = self._hole = True
        self._marked = False
        self._after_gap = True
        self._timestamp = -1

    def forget(self) -> None:
        """Let go of what has come of a picture; nothing comes any more."""
        self._nals.clear()
        self._fragments.clear()
        self._parameter_sets.clear()

    def _begin(self, data: bytes, start: int, end: int, timestamp: int) -> None:
        """Find out what a payload begins that follows a marker, a gap or another timestamp."""
        if self._after_gap:
            self._after_gap = False
            self._is_damaged = not self._begins_picture(data, start, end)
            self._timestamp = timestamp
            return
        if self._marked:
            self._marked = False
            if timestamp == self._timestamp and self._continues_picture(data, start, end):
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

    def _begin_fragments(self, nal_header: bytes) -> None:
        if self._fragments:
            self._is_damaged = True
            self._fragments.clear()
        self._fragments.append(nal_header)

    def _add_aggregate(self, data: bytes, position: int, end: int) -> None:
        """Take the NAL units of an aggregation packet, each behind its length in two octets."""
        while position + 2 <= end:
            size = data[position] << 8 | data[position + 1]
            position += 2
            if size and position + size <= end:
                self._add(data[position : position + size])
            position += size
        if position != end:
            self._is_damaged = True

    def _keep(self, nal: bytes) -> None:
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
        undecodable, self._is_undecodable = self._is_undecodable, False
        self._fragments.clear()
        self._has_slice = False
        self._room = MAX_ACCESS_UNIT
        if damaged:
            self.damaged += 1
            self._waiting = self._hole = True
            return
        self.completed_at = self._arrival
        # Only a gap makes it wait again once it has emitted.
        after_loss = self._waiting and self.access_units > 0
        is_damaged = after_loss and not sync
        if undecodable or (self._waiting and not sync and not (is_damaged and self.shows_damage)):
            self.skipped += 1
            return
        # Of what is shown damaged, that is behind a gap before which pictures are missing.
        gap = self._hole if is_damaged else after_loss
        self._waiting, self._hole = is_damaged, False
        self.access_units += 1
        self.emitted_at = self._arrival
        sets = tuple(self._parameter_sets)
        self._parameter_sets.clear()
        self._emit(AccessUnit(nals, self._timestamp, sync, self._arrival, sets, gap, is_damaged))


def sent_parameter_sets(texts: str) -> list[bytes]:
    """Return the NAL units of a list in base64, as session descriptions have them.

    What cannot be one is passed over.
    """
    found: list[bytes] = []
    for text in texts.split(","):
        try:
            nal = b64decode(text.strip() + "==")
        except (Base64Error, ValueError):
            continue
        # Some cameras put the start code of Annex B in front.
        nal = _START_CODE.sub(b"", nal)
        if nal and len(nal) <= MAX_PARAMETER_SET:
            found.append(nal)
    return found[:MAX_PARAMETER_SETS]
