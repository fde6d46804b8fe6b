"""Reads the clock that the test cameras burn into their pictures."""

from collections.abc import Iterable

import av

SQUARE = 16
BITS = 32
MODULUS = 2**32


class ClockReader:
    """Decodes access units and says at which time their pictures were drawn."""

    def __init__(self, parameter_sets: Iterable[bytes] = ()) -> None:
        self._decoder = av.CodecContext.create("h264", "r")
        self._decoder.thread_count = 1
        self._decoder.flags |= av.codec.context.Flags.low_delay
        self._headers = list(parameter_sets)

    def read(self, nals: Iterable[bytes]) -> list[int]:
        """Give the decoder one access unit; return the clocks of the pictures it gives back."""
        everything = [*self._headers, *nals]
        self._headers.clear()
        packet = av.Packet(b"".join(b"\0\0\0\1" + nal for nal in everything))
        return [clock_of(frame) for frame in self._decoder.decode(packet) if is_video(frame)]


def is_video(frame: object) -> bool:
    return isinstance(frame, av.VideoFrame)


def clock_of(frame: object) -> int:
    """The Unix time in milliseconds, modulo 2**32, that is burned into a picture."""
    assert isinstance(frame, av.VideoFrame)
    luma = frame.planes[0]
    row = bytes(luma)[SQUARE // 2 * luma.line_size :][: BITS * SQUARE]
    value = 0
    for bit in range(BITS):
        value = value << 1 | (row[bit * SQUARE + SQUARE // 2] > 128)
    return value


def age_ms(clock: int, unix_seconds: float) -> float:
    """The milliseconds from a picture's drawing to a time; negative if the clocks disagree."""
    age = (unix_seconds * 1000 - clock) % MODULUS
    return age if age < MODULUS / 2 else age - MODULUS
