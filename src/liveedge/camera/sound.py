"""The sound of the virtual camera, coded once: each second sounds like the one before it.

Some seconds make a whole number of what the codec takes at once, 375 access units of AAC in 8 s for
example. They are coded when the camera is made and repeated from then on, so that sound costs a
running camera nothing but its packets. A decoder hears no seam: the encoder was warmed up with the
seconds before, which are the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import lcm
from typing import cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from liveedge.camera.sound_codecs import SoundCodec
from liveedge.camera.tone import second

_SAMPLE = 2
"""Octets."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Coded units in a circle; the unit of index 0 begins with the Unix second 0."""

    codec: SoundCodec
    units: tuple[bytes, ...]
    lead: int
    """Samples behind the end of a unit that the encoder has to hear before it has coded it."""

    def unit(self, index: int) -> bytes:
        """The unit that sounds from `index` durations after the Unix second 0 on."""
        return self.units[index % len(self.units)]

    def begins(self, index: int) -> float:
        """The Unix time at which a unit begins to sound."""
        return index * self.codec.duration / self.codec.rate

    def newest(self, wall: float) -> int:
        """The newest unit that can be complete at a Unix time: heard to its end, and coded."""
        return int((wall * self.codec.rate - self.lead) // self.codec.duration) - 1

    def complete(self, index: int) -> float:
        """The Unix time from which on a unit is the newest."""
        codec = self.codec
        return ((index + 1) * codec.duration + self.lead) / codec.rate


def record(codec: SoundCodec) -> Sound:
    """Code the sound of a camera."""
    count = lcm(codec.rate, codec.duration) // codec.duration
    context = _open(codec)
    # The first packet is for what the decoder needs before it has anything to say (AAC: one
    # frame, Opus: the pre-skip of RFC 7587 §7), so its time is negative. As much is left out of
    # what is coded, so that packet n decodes to the samples from n durations on.
    lead = -_first_time(codec)
    samples = _blocks(second(codec.rate), codec.duration, lead)
    warm = codec.rate // codec.duration // 2
    units = [unit for _, unit in islice(_encode(context, codec, samples), warm, warm + count)]
    seam = count - warm % count
    return Sound(codec, (*units[seam:], *units[:seam]), lead)


def _blocks(samples: bytes, duration: int, begin: int) -> Iterator[bytes]:
    """Cut samples that repeat for ever into blocks, from sample `begin` on."""
    twice = samples * 2 + samples[: duration * _SAMPLE]
    place = begin * _SAMPLE
    while True:
        place %= len(samples)
        yield twice[place : place + duration * _SAMPLE]
        place += duration * _SAMPLE


def _first_time(codec: SoundCodec) -> int:
    silence = iter([bytes(codec.duration * _SAMPLE)] * 4)
    return next(_encode(_open(codec), codec, silence))[0]


def _encode(
    context: AudioCodecContext, codec: SoundCodec, blocks: Iterator[bytes]
) -> Iterator[tuple[int, bytes]]:
    """Give packets and their times in samples."""
    resampler = AudioResampler(format=context.format, layout="mono", rate=codec.rate)
    for number, block in enumerate(blocks):
        frame = AudioFrame(format="s16", layout="mono", samples=codec.duration)
        frame.sample_rate, frame.time_base = codec.rate, Fraction(1, codec.rate)
        frame.pts = number * codec.duration
        frame.planes[0].update(block.ljust(frame.planes[0].buffer_size, b"\0"))
        for taken in resampler.resample(frame):
            for packet in context.encode(taken):
                yield packet.pts or 0, bytes(packet)


def _open(codec: SoundCodec) -> AudioCodecContext:
    context = cast("AudioCodecContext", av.CodecContext.create(codec.library, "w"))
    context.sample_rate, context.time_base = codec.rate, Fraction(1, codec.rate)
    context.layout = "mono"
    context.format = codec.sample_format
    if codec.kbps is not None:
        context.bit_rate = codec.kbps * 1000
    context.open()
    return context
