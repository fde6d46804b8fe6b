"""The task `transcode`: pictures of one stream, decoded, made smaller and encoded again."""

import time
from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, cast

from av.codec.context import Flags
from av.error import FFmpegError
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from liveedge.errors import ProtocolError
from liveedge.media.byte_stream import join_lengths
from liveedge.workers.channel import Channel
from liveedge.workers.confinement import Limits
from liveedge.workers.encoder import CLOCK_RATE, LowDelayEncoder
from liveedge.workers.messages import Message

LIMITS: Final = Limits(memory_mb=3072, niceness=3, new_files=0)
_MOST_INSIDE: Final = 64
"""Pictures that a decoder may hold back."""
_TIME_BASE: Final = Fraction(1, CLOCK_RATE)


def work(channel: Channel) -> None:
    """Take one `transcode`, then a `decoder` before the first `picture` and whenever it changes.

    Each `picture` is answered by a `taken`, after a `unit` for what has come out of it. A `rate`
    holds what comes from then on to another bit rate.
    """
    order = channel.receive()
    encoder = LowDelayEncoder(
        longer=order.number("longer"),
        shorter=order.number("shorter"),
        kbps=order.number("kbps"),
        gop_seconds=order.real("gop_seconds"),
        fps=order.real("fps"),
    )
    decoder: _Decoder | None = None
    while True:
        message = channel.receive()
        if message.kind == "decoder":
            decoder = _Decoder(message)
        elif message.kind == "rate":
            encoder.kbps = message.number("kbps")
        elif decoder is not None:
            for frame, origin in decoder.decode(message):
                if origin.flag("wanted"):
                    pts = origin.number("pts")
                    values = {name: origin.values[name] for name in ("pts", "origin")}
                    channel.send(Message("unit", values, join_lengths(encoder.encode(frame, pts))))
            channel.send(Message("taken", {"cpu_seconds": time.process_time()}))


class _Decoder:
    """Decodes what has one configuration, and remembers which picture came from where."""

    def __init__(self, message: Message) -> None:
        try:
            codec = message.text("codec")
            context = cast("VideoCodecContext", VideoCodecContext.create(codec, "r"))
            context.extradata = message.payload
            context.thread_count = 1
            if not message.flag("reorders"):
                # Without B pictures there is nothing to wait for.
                context.flags |= Flags.low_delay
            context.open()
        except (FFmpegError, ValueError):
            raise ProtocolError("The camera's pictures cannot be decoded.") from None
        self._context = context
        self._inside: OrderedDict[int, Message] = OrderedDict()

    def decode(self, message: Message) -> Iterator[tuple[VideoFrame, Message]]:
        """What comes out when a picture goes in; a damaged one is passed over."""
        packet = Packet(message.payload)
        packet.pts = packet.dts = message.number("pts")
        packet.time_base = _TIME_BASE
        self._inside[message.number("pts")] = message
        if len(self._inside) > _MOST_INSIDE:
            self._inside.popitem(last=False)
        try:
            frames = self._context.decode(packet)
        except FFmpegError:
            return
        for frame in frames:
            origin = None if frame.pts is None else self._inside.pop(frame.pts, None)
            if origin is not None:
                yield frame, origin
