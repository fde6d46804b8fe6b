"""The task `libav`: open an address with FFmpeg's libraries and hand out its pictures."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from liveedge.errors import ProtocolError, Reason, SourceError
from liveedge.media.byte_stream import (
    join_lengths,
    parse_avcc,
    parse_hvcc,
    split_annex_b,
    split_lengths,
)
from liveedge.workers.channel import Channel
from liveedge.workers.confinement import Limits
from liveedge.workers.encoder import CLOCK_RATE, LowDelayEncoder
from liveedge.workers.inputs import Input, explain, input_for
from liveedge.workers.libav_sound import LibavSound
from liveedge.workers.messages import Message

if TYPE_CHECKING:
    from av.packet import Packet

VideoPacket: TypeAlias = "Packet[VideoStream]"


@dataclass(frozen=True, slots=True)
class _Passed:
    """A codec whose pictures are handed out as they come, and its parameter sets."""

    name: str
    parse_record: Callable[[bytes], tuple[int, list[bytes]]]
    type_shift: int
    """Where a NAL unit's header has its type (H.264 §7.3.1, H.265 §7.3.1.2)."""
    type_mask: int
    parameter_sets: frozenset[int]
    sync: frozenset[int]
    """Types of NAL units with which players can begin. libav also calls it a keyframe where a
    picture begins that is whole some pictures later (H.264 §D.2.8, recovery point), which browsers
    refuse."""

    def read(self, extradata: bytes) -> tuple[int, list[bytes]]:
        """Octets of each NAL unit's length (0: Annex B) and the parameter sets."""
        if extradata[:1] == b"\x01":
            length_size, nals = self.parse_record(extradata)
        else:
            length_size, nals = 0, split_annex_b(extradata)
        return length_size, [nal for nal in nals if self._type(nal) in self.parameter_sets]

    def has_sync(self, nals: list[bytes]) -> bool:
        """Whether a picture is one to begin with."""
        return any(self._type(nal) in self.sync for nal in nals)

    def _type(self, nal: bytes) -> int:
        return nal[0] >> self.type_shift & self.type_mask if nal else -1


LIMITS: Final = Limits(memory_mb=3072, niceness=2, new_files=64)
OPEN_SECONDS: Final = 10.0
READ_SECONDS: Final = 900.0
"""That a stream has stopped is noticed by health; this is the net below it."""
_PASSED: Final = {
    "h264": _Passed("h264", parse_avcc, 0, 0x1F, frozenset({7, 8}), frozenset({5})),
    "hevc": _Passed("h265", parse_hvcc, 1, 0x3F, frozenset({32, 33, 34}), frozenset(range(16, 24))),
}
_TIMELESS: Final = frozenset({"mpjpeg", "mjpeg", "jpeg_pipe"})
"""Formats without times, for which libav makes up 25 pictures a second."""
_CLOCK_TYPE: Final = "prft"
_RTP_MODULUS: Final = 1 << 32
_GOP_SECONDS: Final = 1.0
_KBPS: Final = 4000
_MOST_INSIDE: Final = 64
"""Pictures that a decoder may hold back."""
_USUAL_FPS: Final = 25.0


def work(channel: Channel) -> None:
    """Take one `open`, answer `playing`, then a `unit` for each picture until it ends.

    Where the order is for sound too, and there is any, each piece of it comes as a `sound` between.
    """
    order = channel.receive()
    wants_sound = order.flag("sound")
    how = input_for(order.text("scheme"), verify=order.flag("verify"), sound=wants_sound)
    try:
        with av.open(
            order.text("address"),
            format=how.format,
            options=how.options,
            timeout=(OPEN_SECONDS, READ_SECONDS),
        ) as container:
            _play(container, how, channel, LibavSound(container, channel, wanted=wants_sound))
    except FFmpegError as error:
        raise explain(error, order.text("scheme")) from None
    except ValueError:
        raise SourceError(Reason.UNSUPPORTED, "FFmpeg's libraries cannot open it.") from None
    raise SourceError(Reason.ENDED, "It ended the stream.")


def _play(container: InputContainer, how: Input, channel: Channel, sound: LibavSound) -> None:
    if not container.streams.video:
        raise SourceError(Reason.NO_VIDEO, "There is no video in it.")
    stream = container.streams.video[0]
    passed = _PASSED.get(stream.codec_context.name)
    fps = float(stream.average_rate or 0) or None
    packets = _packets(container, stream, how, sound)
    if passed is None:
        _transcode(packets, stream, channel, fps, sound)
        return
    length_size, sets = passed.read(stream.codec_context.extradata or b"")
    first = next((first for first in packets if first[0].is_keyframe), None)
    if first is None:
        return
    packets = chain((first,), packets)
    if not passed.has_sync(_nals(first[0], length_size)):
        _transcode(packets, stream, channel, fps, sound)
        return
    channel.send(_playing(passed.name, fps, passed.name, sets, sound))
    for packet, pts in packets:
        channel.send(_unit(_nals(packet, length_size), pts, _taken_at(packet)))


def _nals(packet: VideoPacket, length_size: int) -> list[bytes]:
    data = bytes(packet)
    return split_lengths(data, length_size) if length_size else split_annex_b(data)


def _transcode(
    packets: Iterator[tuple[VideoPacket, int]],
    stream: VideoStream,
    channel: Channel,
    fps: float | None,
    sound: LibavSound,
) -> None:
    """What browsers do not play becomes H.264."""
    name = stream.codec_context.name
    stream.codec_context.thread_count = 1
    encoder = LowDelayEncoder(kbps=_KBPS, gop_seconds=_GOP_SECONDS, fps=fps or _USUAL_FPS)
    channel.send(_playing("h264", fps, name, [], sound))
    # Pictures may come out of the decoder in another order, and in the next round of a file.
    times: OrderedDict[int | None, int] = OrderedDict()
    for packet, pts in packets:
        times[packet.pts] = pts
        if len(times) > _MOST_INSIDE:
            times.popitem(last=False)
        for frame in packet.decode():
            shown = times.pop(frame.pts, pts)
            channel.send(_unit(encoder.encode(frame, shown), shown, _taken_at(packet)))


def _packets(
    container: InputContainer, stream: VideoStream, how: Input, sound: LibavSound
) -> Iterator[tuple[VideoPacket, int]]:
    if how.looped:
        return _looped(container, stream, sound)
    timeless = container.format.name in _TIMELESS
    return _timed_by_arrival(container, stream) if timeless else _live(container, stream, sound)


def _live(
    container: InputContainer, stream: VideoStream, sound: LibavSound
) -> Iterator[tuple[VideoPacket, int]]:
    """Pictures and their times in 1/90000 s, as they come; sound is handed out on the way."""
    time_base = stream.time_base or Fraction(1, CLOCK_RATE)
    for packet in container.demux(sound.beside(stream)):
        if sound.takes(packet):
            continue
        picture = cast("VideoPacket", packet)
        pts = packet.pts if packet.pts is not None else packet.dts
        if packet.size and pts is not None:
            yield picture, round(pts * time_base * CLOCK_RATE)


def _timed_by_arrival(
    container: InputContainer, stream: VideoStream
) -> Iterator[tuple[VideoPacket, int]]:
    for packet in container.demux(stream):
        if packet.size:
            yield packet, round(time.monotonic() * CLOCK_RATE)


def _looped(
    container: InputContainer, stream: VideoStream, sound: LibavSound
) -> Iterator[tuple[VideoPacket, int]]:
    """The pictures of a file at the speed of its clock, for ever."""
    began = time.monotonic()
    offset = 0
    while True:
        # Where sound belongs, the first picture tells.
        end = first = sound.shift = None
        for packet, pts in _live(container, stream, sound):
            first = pts if first is None else first
            begin = sound.shift = offset - first
            due = packet.dts if packet.dts is not None else packet.pts
            seconds = float((due or 0) * (stream.time_base or 0)) + begin / CLOCK_RATE
            time.sleep(max(0.0, began + seconds - time.monotonic()))
            yield packet, pts + begin
            length = round((packet.duration or 0) * (stream.time_base or 0) * CLOCK_RATE)
            end = max(end or 0, pts + begin + (length or CLOCK_RATE // 25))
        if end is None or end <= offset:
            raise ProtocolError("There are no pictures in the file.")
        offset = end
        container.seek(0)


def _playing(
    codec: str, fps: float | None, original: str, sets: list[bytes], sound: LibavSound
) -> Message:
    values = {"codec": codec, "fps": fps, "original": original, "sound": sound.begin()}
    return Message("playing", values, join_lengths(sets))


def _unit(nals: list[bytes], pts: int, taken_us: int | None) -> Message:
    values = {
        "rtp_time": pts % _RTP_MODULUS,
        "arrival": time.monotonic(),
        "taken_us": taken_us,
        "cpu_seconds": time.process_time(),
    }
    return Message("unit", values, join_lengths(nals))


def _taken_at(packet: VideoPacket) -> int | None:
    """Unix microseconds at which a picture was taken, where RTCP sender reports tell.

    AVProducerReferenceTime begins with them.
    """
    if not packet.has_sidedata(_CLOCK_TYPE):
        return None
    data = bytes(packet.get_sidedata(_CLOCK_TYPE))
    return int.from_bytes(data[:8], "little", signed=True)
