"""MPEG audio, layers I to III, out of RTP payloads (RFC 2250 §3.5)."""

from typing import NamedTuple

from liveedge.rtsp.sound import MAX_UNIT, AudioDepacketizer, Emit

CLOCK_RATE = 90_000
_HEADER = 4
"""Octets before the frames: 16 bits that must be zero, and where in a frame the payload begins."""
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Hz by the version in a frame's header (ISO/IEC 11172-3 §2.4.2.3, ISO/IEC 13818-3 §2.4.2.3)."""
_KBPS = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""1000 bit/s by version and layer as the header codes them; the versions below 3 are alike."""
_FULL, _LAYER_1, _LAYER_3 = 3, 3, 1


class Frame(NamedTuple):
    """What the header of a frame says."""

    size: int
    """Octets, with the header."""
    samples: int
    sample_rate: int


class MpegAudioDepacketizer(AudioDepacketizer):
    """A payload holds whole frames, or a piece of one."""

    def __init__(self, emit: Emit) -> None:
        super().__init__(emit)
        self._pieces = b""
        """The beginning of a frame whose rest has not come."""
        self._time = 0

    def push(
        self,
        data: bytes,
        start: int,
        end: int,
        timestamp: int,
        marker: int,  # noqa: ARG002 - what a payload ends is told by its frames
        arrival: float,
    ) -> None:
        """Take one RTP payload, `data[start:end]`, that is not empty."""
        offset = int.from_bytes(data[start + 2 : start + _HEADER], "big")
        piece = data[start + _HEADER : end]
        if not piece or offset != len(self._pieces):
            if self._pieces or offset:
                self._forget()
            if not piece or offset:
                return
        if offset == 0:
            self._time = timestamp
        self._pieces += piece
        self._take(arrival)

    def gap(self) -> None:
        """Note that packets are missing before the next payload."""
        super().gap()
        if self._pieces:
            self._forget()

    def _take(self, arrival: float) -> None:
        """Emit the frames that are here if the last one is whole."""
        data, begin, duration = self._pieces, 0, 0
        while begin < len(data):
            frame = read_frame(data[begin : begin + 4])
            if frame is None:
                self._forget()
                return
            begin += frame.size
            duration += frame.samples * CLOCK_RATE // frame.sample_rate
        if begin == len(data):
            self._pieces = b""
            self._emit(data, self._time, duration, arrival)
        elif begin > MAX_UNIT:
            self._forget()

    def _forget(self) -> None:
        self._pieces = b""
        self._drop()


def read_frame(header: bytes) -> Frame | None:
    """Read the header of a frame; None if it is none, or says too little of its size."""
    bits = int.from_bytes(header, "big")
    version, layer = bits >> 19 & 3, bits >> 17 & 3
    rate_index, kbps_index, padding = bits >> 10 & 3, bits >> 12 & 15, bits >> 9 & 1
    if (
        len(header) < _HEADER
        or bits >> 21 != 0x7FF
        or version not in _RATES
        or not layer
        or rate_index == 3
        or not 0 < kbps_index < 15
    ):
        return None
    rate = _RATES[version][rate_index]
    full = version == _FULL
    table = (3, layer) if full else (2, 3 if layer == _LAYER_1 else 2)
    kbps = _KBPS[table][kbps_index - 1]
    if layer == _LAYER_1:
        return Frame((12_000 * kbps // rate + padding) * 4, 384, rate)
    samples = 576 if layer == _LAYER_3 and not full else 1152
    return Frame(samples * 125 * kbps // rate + padding, samples, rate)
