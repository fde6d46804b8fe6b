"""H.264 out of RTP payloads (RFC 6184): single NAL units, STAP-A and FU-A."""

from collections.abc import Mapping

from liveedge.errors import LimitError, Reason, SourceError
from liveedge.media.sei import has_recovery_point
from liveedge.rtsp.pictures import MAX_ACCESS_UNIT, PictureDepacketizer, sent_parameter_sets

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

REFRESH_SECONDS = 3.0
"""From one recovery point to another without a keyframe, before none is expected."""
_BYTE = [bytes([value]) for value in range(256)]


class H264Depacketizer(PictureDepacketizer):
    """Takes the payload structures of non-interleaved mode apart (RFC 6184 §6.3).

    Raises `SourceError` with NO_KEYFRAME if a camera turns out to refresh its picture piece by
    piece instead of sending whole ones (H.264 §D.2.8): browsers do not begin there.
    """

    _refreshes_since: float | None = None
    """Arrival of the first recovery point, as long as there was no sync frame."""

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
                self._begin_fragments(_BYTE[indicator & 0xE0 | header & 0x1F])
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
        elif kind == _SEI:
            if not self.access_units:
                self._look_for_refresh(nal)
        elif not 0 < kind < _STAP_A:
            self.unknown += 1
            return
        self._keep(nal)

    def _look_for_refresh(self, sei: bytes) -> None:
        if self._sync or not has_recovery_point(sei):
            return
        if self._refreshes_since is None:
            self._refreshes_since = self._arrival
        elif self._arrival - self._refreshes_since >= REFRESH_SECONDS:
            raise SourceError(
                Reason.NO_KEYFRAME,
                "The camera sends no keyframes but refreshes its picture piece by piece, which"
                " browsers do not play; switch that (intra refresh, GDR) off in the camera.",
            )

    def _begins_picture(self, data: bytes, start: int, end: int) -> bool:
        kind, content = _first_nal(data, start, end)
        if kind in (_SLICE, _PARTITION_A, _IDR):
            # first_mb_in_slice is the first element of a slice header; as ue(v), 0 is a 1 bit.
            return data[content] >= 0x80
        # ITU-T H.264 §7.4.1.2.3.
        return kind in (_SEI, _SPS, _PPS, _DELIMITER)

    def _continues_picture(self, data: bytes, start: int, end: int) -> bool:
        kind, content = _first_nal(data, start, end)
        return kind in (_SLICE, _PARTITION_A, _IDR) and data[content] < 0x80


def parameter_sets(fmtp: Mapping[str, str]) -> tuple[bytes, ...]:
    """Return the SPS and PPS of `sprop-parameter-sets` (RFC 6184 §8.1); pass over what is not."""
    nals = sent_parameter_sets(fmtp.get("sprop-parameter-sets", ""))
    return tuple(nal for nal in nals if nal[0] & 0x1F in (_SPS, _PPS))


def interleaves(fmtp: Mapping[str, str]) -> bool:
    """Return whether this is interleaved mode (RFC 6184 §6.4)."""
    return fmtp.get("packetization-mode") == "2"


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
