"""Sound out of RTP payloads: AAC (RFC 3640), Opus (RFC 7587), and samples (RFC 3551 §4.5)."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from liveedge.media.audio import OPUS_RATE, AudioConfig, AudioUnit

MAX_UNIT = 16 * 1024
"""Octets; an AAC access unit has 6144 bits a channel at most, an Opus frame 1275 octets."""
MAX_UNITS = 64
"""AAC access units of one packet."""

Emit = Callable[[AudioUnit], None]

_SILK = (480, 960, 1920, 2880)
_HYBRID = (480, 960)
_CELT = (120, 240, 480, 960)
_OPUS_SAMPLES = (*_SILK * 3, *_HYBRID * 2, *_CELT * 4)
"""Samples at 48 kHz of one frame, by the configuration number (RFC 6716 table 2)."""
_MAX_OPUS = OPUS_RATE * 120 // 1000
_OPUS_FRAMES = (1, 2, 2)


class AudioDepacketizer(ABC):
    """Takes the payloads of one track and emits what a decoder takes at once."""

    def __init__(self, emit: Emit) -> None:
        self.units = 0
        """Emitted."""
        self.damaged = 0
        """Dropped because a part is missing or makes no sense."""
        self._emit_unit = emit
        self._gap = False

    @abstractmethod
    def push(
        self, data: bytes, start: int, end: int, timestamp: int, marker: int, arrival: float
    ) -> None:
        """Take one RTP payload, `data[start:end]`, that is not empty."""

    def gap(self) -> None:
        """Note that packets are missing before the next payload."""
        self._gap = True

    def _emit(self, data: bytes, rtp_time: int, duration: int, arrival: float) -> None:
        gap, self._gap = self._gap and self.units > 0, False
        self.units += 1
        self._emit_unit(AudioUnit(data, rtp_time & 0xFFFFFFFF, duration, arrival, gap))

    def _drop(self) -> None:
        self.damaged += 1
        self._gap = True


class AacDepacketizer(AudioDepacketizer):
    """The modes AAC-lbr and AAC-hbr of RFC 3640 §3.3.5 and §3.3.6, without interleaving.

    A packet holds whole access units behind the headers of all, or a fragment of one.
    """

    def __init__(self, emit: Emit, *, size_bits: int, index_bits: int, duration: int) -> None:
        """Sizes of the members of an AU-header, and the duration of each access unit."""
        super().__init__(emit)
        self._size_bits = size_bits
        self._index_bits = index_bits
        self._duration = duration
        self._fragments: list[bytes] = []
        self._missing = 0
        """Octets of a fragmented access unit that have not come."""
        self._fragments_time = -1

    def push(
        self,
        data: bytes,
        start: int,
        end: int,
        timestamp: int,
        marker: int,  # noqa: ARG002 - what a payload ends is told by its sizes
        arrival: float,
    ) -> None:
        """Take one RTP payload, `data[start:end]`, that is not empty."""
        sizes, position = self._headers(data, start, end)
        if not sizes:
            self._drop()
            return
        if len(sizes) == 1 and sizes[0] > end - position:
            self._add_fragment(data[position:end], sizes[0], timestamp, arrival)
            return
        if self._missing:
            if len(sizes) == 1 and timestamp == self._fragments_time:
                self._add_fragment(data[position:end], sizes[0], timestamp, arrival)
                return
            self._forget_fragments()
        for number, size in enumerate(sizes):
            if size == 0 or position + size > end:
                self._drop()
                return
            unit_time = timestamp + number * self._duration
            self._emit(data[position : position + size], unit_time, self._duration, arrival)
            position += size

    def gap(self) -> None:
        """Note that packets are missing before the next payload."""
        super().gap()
        if self._missing:
            self._forget_fragments()

    def _headers(self, data: bytes, start: int, end: int) -> tuple[list[int], int]:
        """Sizes of the access units (§3.2.1), and where the first one begins."""
        if end - start < 2:
            return [], end
        bits = data[start] << 8 | data[start + 1]
        begin = start + 2 + (bits + 7) // 8
        step = self._size_bits + self._index_bits
        if begin > end or bits % step or bits > MAX_UNITS * step:
            return [], end
        headers = int.from_bytes(data[start + 2 : begin], "big") >> -bits % 8
        mask = (1 << self._size_bits) - 1
        last = bits - self._size_bits
        return [headers >> shift & mask for shift in range(last, -1, -step)], begin

    def _add_fragment(self, piece: bytes, size: int, timestamp: int, arrival: float) -> None:
        """Each fragment has a header with the size of the whole (§3.2.3.1)."""
        if self._missing and timestamp != self._fragments_time:
            self._forget_fragments()
        if not self._missing:
            if size > MAX_UNIT:
                self._drop()
                return
            self._missing, self._fragments_time = size, timestamp
        self._fragments.append(piece)
        self._missing -= len(piece)
        if self._missing < 0 or not piece:
            self._forget_fragments()
        elif self._missing == 0:
            unit = b"".join(self._fragments)
            self._fragments.clear()
            self._emit(unit, timestamp, self._duration, arrival)

    def _forget_fragments(self) -> None:
        self._fragments.clear()
        self._missing = 0
        self._drop()


class OpusDepacketizer(AudioDepacketizer):
    """One Opus packet a payload (RFC 7587 §4.2)."""

    def push(
        self,
        data: bytes,
        start: int,
        end: int,
        timestamp: int,
        marker: int,  # noqa: ARG002 - what a payload ends is told by its sizes
        arrival: float,
    ) -> None:
        """Take one RTP payload, `data[start:end]`, that is not empty."""
        duration = opus_samples(data[start : start + 2])
        if not 0 < duration <= _MAX_OPUS or end - start > MAX_UNIT:
            self._drop()
        else:
            self._emit(data[start:end], timestamp, duration, arrival)


class SampleDepacketizer(AudioDepacketizer):
    """Any number of samples a payload, each of a fixed number of bits: G.711 and its like."""

    def __init__(self, emit: Emit, bits: int) -> None:
        """Bits of what lasts one unit of the RTP clock, all channels together."""
        super().__init__(emit)
        self._bits = bits

    def push(
        self,
        data: bytes,
        start: int,
        end: int,
        timestamp: int,
        marker: int,  # noqa: ARG002 - what a payload ends is told by its sizes
        arrival: float,
    ) -> None:
        """Take one RTP payload, `data[start:end]`, that is not empty."""
        size = end - start
        duration = size * 8 // self._bits
        if not duration or size > MAX_UNIT:
            self._drop()
        else:
            self._emit(data[start:end], timestamp, duration, arrival)


def opus_samples(head: bytes) -> int:
    """Samples at 48 kHz of a packet that begins so (RFC 6716 §3.1, §3.2); 0 if it is none."""
    if not head:
        return 0
    samples, code = _OPUS_SAMPLES[head[0] >> 3], head[0] & 3
    if code < len(_OPUS_FRAMES):
        return samples * _OPUS_FRAMES[code]
    return samples * (head[1] & 0x3F) if len(head) > 1 else 0


def aac_duration(config: AudioConfig, clock_rate: int) -> int:
    """Duration of an AAC access unit in units of the RTP clock, which may be the listener's."""
    return config.frame_samples * clock_rate // config.sample_rate
