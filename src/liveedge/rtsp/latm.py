"""AAC out of RTP payloads of MPEG-4 audio in LATM (RFC 6416)."""

from dataclasses import replace

from liveedge.errors import ProtocolError
from liveedge.media.bits import BitReader
from liveedge.media.latm import StreamMux, access_units, read_stream_mux
from liveedge.rtsp.sound import MAX_UNIT, AudioDepacketizer, Emit


class LatmDepacketizer(AudioDepacketizer):
    """One AudioMuxElement in as many payloads of one timestamp as it needs, the last one marked."""

    def __init__(self, emit: Emit, *, mux: StreamMux, present: bool, duration: int) -> None:
        """`present` says that configurations come in band, `duration` is that of a unit."""
        super().__init__(emit)
        self._mux = mux
        self._present = present
        self._duration = duration
        self._pieces: list[bytes] = []
        self._size = 0
        self._time = -1
        self._same = True
        """Whether the newest configuration in band is the one that was described."""

    def push(
        self, data: bytes, start: int, end: int, timestamp: int, marker: int, arrival: float
    ) -> None:
        """Take one RTP payload, `data[start:end]`, that is not empty."""
        if self._pieces and timestamp != self._time:
            self._forget()
        self._pieces.append(data[start:end])
        self._size += end - start
        self._time = timestamp
        if self._size > MAX_UNIT:
            self._forget()
        elif marker:
            element = b"".join(self._pieces)
            self._pieces, self._size = [], 0
            self._take(element, timestamp, arrival)

    def gap(self) -> None:
        """Note that packets are missing before the next payload."""
        super().gap()
        if self._pieces:
            self._forget()

    def _take(self, element: bytes, timestamp: int, arrival: float) -> None:
        """Take an AudioMuxElement (ISO/IEC 14496-3 table 1.41) apart."""
        reader = BitReader(element)
        try:
            if self._present and not reader.flag():  # useSameStreamMux
                self._reconfigure(read_stream_mux(reader))
            units = list(access_units(reader, self._mux, MAX_UNIT)) if self._same else []
        except ProtocolError:
            units = []
        if not units:
            self._drop()
        for number, unit in enumerate(units):
            self._emit(unit, timestamp + number * self._duration, self._duration, arrival)

    def _reconfigure(self, mux: StreamMux) -> None:
        """Take a configuration in band, if a decoder of the one that was described plays it."""
        described = replace(self._mux.config, description=mux.config.description)
        self._same = mux.config == described
        if self._same:
            self._mux = mux

    def _forget(self) -> None:
        self._pieces, self._size = [], 0
        self._drop()
