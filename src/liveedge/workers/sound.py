"""The task `sound`: what browsers do not play becomes AAC, for all cameras in one process."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, cast

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from av.packet import Packet

from liveedge.workers.channel import Channel
from liveedge.workers.confinement import Limits
from liveedge.workers.messages import Message
from liveedge.workers.sound_units import Unit, pack, unpack

LIMITS: Final = Limits(memory_mb=1536, niceness=1, new_files=0)
TIMESCALE: Final = 90_000
RATE: Final = 48_000
"""Hz of what is made."""
FRAME_SAMPLES: Final = 1024
"""Of an AAC access unit."""
_CHANNEL_BITS: Final = 64_000
"""Bits a second of each channel."""
_FRAME_TIME: Final = FRAME_SAMPLES * TIMESCALE // RATE
_TOLERANCE: Final = TIMESCALE * 5 // 1000
"""How far the time of samples may be off before they are moved: cameras round their times, and no
packet is so short."""
_LONGEST_SILENCE: Final = TIMESCALE // 2
"""A hole up to here is filled with silence, for players go on through it; a longer one is left."""
_TIME_BASE: Final = Fraction(1, RATE)
_LAYOUTS: Final = {1: "mono", 2: "stereo"}
_FORMAT: Final = "fltp"

Coded = tuple[int, bytes]
"""Media time in 1/90000 s, and an AAC access unit."""


def work(channel: Channel) -> None:
    """Take a `begin` for each track, an `end` of it, and the `sound` of all tracks as it comes.

    Each `sound` is answered by `units`; the first sound of a track that nothing here decodes by
    `refused` before that.
    """
    tracks: dict[int, Track] = {}
    while True:
        message = channel.receive()
        match message.kind:
            case "begin":
                tracks[message.number("track")] = Track(message)
            case "end":
                tracks.pop(message.number("track"), None)
            case "sound":
                made: list[Unit] = []
                for number, time, data in unpack(message):
                    track = tracks.get(number)
                    if track is None:
                        continue
                    if track.usable:
                        made += [(number, at, unit) for at, unit in track.take(time, data)]
                    else:
                        del tracks[number]
                        channel.send(Message("refused", {"track": number}))
                channel.send(pack("units", made))


class Track:
    """The sound of one camera: decoded, and encoded again in runs without a hole."""

    def __init__(self, message: Message) -> None:
        self._channels = min(2, max(1, message.number("channels")))
        self._decoder = _decoder(message)
        self._run: Run | None = None

    @property
    def usable(self) -> bool:
        """Whether there is a decoder."""
        return self._decoder is not None

    def take(self, time: int, data: bytes) -> Iterator[Coded]:
        """What comes out when a piece goes in that was heard at `time`, in 1/90000 s."""
        if self._decoder is None:
            return
        try:
            frames = self._decoder.decode(Packet(data))
        except FFmpegError:
            # Damaged; what is missing is filled when the next piece comes.
            return
        for frame in frames:
            yield from self._place(frame, time)
            time += frame.samples * TIMESCALE // frame.sample_rate

    def _place(self, frame: AudioFrame, time: int) -> Iterator[Coded]:
        run = self._run
        missing = 0 if run is None else time - run.end
        if run is None or missing > _LONGEST_SILENCE or not run.fits(frame):
            run = self._run = Run(time, frame, self._channels)
        elif missing < -_TOLERANCE:
            # Something else is heard at that time already.
            return
        elif missing > _TOLERANCE:
            yield from run.add(_silence(frame, missing * frame.sample_rate // TIMESCALE))
        yield from run.add(frame)


class Run:
    """Samples without a hole, by an encoder of their own.

    Time is counted by samples from the first one on, so it is exact.
    """

    def __init__(self, begin: int, first: AudioFrame, channels: int) -> None:
        layout = _LAYOUTS[channels]
        self._begin = begin
        self._shape = _shape(first)
        self._samples = 0
        self._frames = 0
        self._resampler = AudioResampler(_FORMAT, layout, RATE, frame_size=FRAME_SAMPLES)
        self._encoder = _encoder(layout, channels, first.sample_rate)

    @property
    def end(self) -> int:
        """The time just behind the newest sample."""
        return self._begin + self._samples * TIMESCALE // self._shape[0]

    def fits(self, frame: AudioFrame) -> bool:
        """Whether a frame is of the same kind as those before."""
        return _shape(frame) == self._shape

    def add(self, frame: AudioFrame) -> Iterator[Coded]:
        """What comes out when the next samples go in.

        The encoder's first access unit is there to be overlapped by the next one: it belongs one
        frame before the first sample, where its `pts` puts it.
        """
        self._samples += frame.samples
        frame.pts = None
        for resampled in self._resampler.resample(frame):
            resampled.pts, resampled.time_base = self._frames * FRAME_SAMPLES, _TIME_BASE
            self._frames += 1
            for packet in self._encoder.encode(resampled):
                time = self._begin + (packet.pts or 0) // FRAME_SAMPLES * _FRAME_TIME
                if time >= 0:
                    yield time, bytes(packet)


def _shape(frame: AudioFrame) -> tuple[int, str, str]:
    return frame.sample_rate, frame.format.name, frame.layout.name


def _silence(like: AudioFrame, samples: int) -> AudioFrame:
    frame = AudioFrame(like.format.name, like.layout.name, samples)
    frame.sample_rate = like.sample_rate
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def _decoder(message: Message) -> AudioCodecContext | None:
    """What decodes a track, None if nothing here does."""
    rate, channels = message.number("sample_rate"), message.number("channels")
    try:
        context = cast("AudioCodecContext", AudioCodecContext.create(message.text("decoder"), "r"))
        context.sample_rate = rate
        context.layout = _LAYOUTS.get(channels, f"{channels}c")
        if message.payload:
            context.extradata = message.payload
        if bits := message.number("bits"):
            context.options = {"bits_per_coded_sample": str(bits)}
        context.open()
    except (FFmpegError, ValueError):
        return None
    return context


def _encoder(layout: str, channels: int, heard_rate: int) -> AudioCodecContext:
    """FFmpeg's AAC encoder where it is quick: `fast` takes half the time of its usual search.

    Above half of the camera's sampling rate there is nothing to encode.
    """
    context = AudioCodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = RATE, layout, _FORMAT
    context.bit_rate = _CHANNEL_BITS * channels
    context.time_base = _TIME_BASE
    context.options = {"aac_coder": "fast", "cutoff": str(min(heard_rate, RATE) // 2)}
    context.open()
    return context
