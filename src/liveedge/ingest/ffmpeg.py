"""FFmpeg's libraries as a source: another client for what the native one cannot open."""

from dataclasses import dataclass, replace
from typing import Final, NoReturn
from urllib.parse import quote

from liveedge.config.media_url import MediaUrl
from liveedge.config.url import CameraUrl
from liveedge.errors import SourceError, WorkerError
from liveedge.ingest.ffmpeg_sound import FfmpegSound
from liveedge.ingest.source import Audible, MediaSink, Source, VideoDescription
from liveedge.media.byte_stream import split_lengths
from liveedge.rtsp.video import VIDEO_CODECS, VideoDepacketizer
from liveedge.workers.cost import Cost
from liveedge.workers.messages import Message
from liveedge.workers.tasks import Task
from liveedge.workers.worker import Worker

OPEN_DEADLINE: Final = 30.0
"""Seconds until an address is open: libav has to see some pictures first."""
PATIENCE: Final = 900.0
"""Seconds without a picture; whether a stream has stopped is decided by health, not here."""
_GRACE: Final = 0.5
"""Seconds in which a worker may take leave of its camera."""
_CLOCK_RATE: Final = 90_000
_CODECS: Final = {codec.name: codec for codec in VIDEO_CODECS.values()}


@dataclass(slots=True)
class Stats:
    """What has come so far."""

    bytes: int = 0
    packets: int = 0
    """Pictures: packets of the network are libav's."""
    lost: int = 0
    damaged: int = 0
    skipped: int = 0


class FfmpegOpener:
    """A factory of attempts at one address with FFmpeg's libraries."""

    def __init__(
        self, url: CameraUrl | MediaUrl, *, verify: bool = True, audio: bool = True
    ) -> None:
        """`verify` is for certificates; `audio` asks for sound where the sink takes any."""
        self.audio = audio
        self.cost = Cost()
        self.display = url.display
        self.order = Message(
            "open",
            {
                "scheme": url.scheme,
                "address": url.address if isinstance(url, MediaUrl) else _with_credentials(url),
                "verify": verify,
            },
        )

    def __call__(self, sink: MediaSink) -> Source:
        """Make one attempt."""
        return FfmpegSource(self, sink)


class FfmpegSource:
    """Opens one address in a worker of its own; each `run_once` is one attempt."""

    def __init__(self, opener: FfmpegOpener, sink: MediaSink) -> None:
        self.stats = Stats()
        self._opener = opener
        self._sink = sink

    async def run_once(self) -> NoReturn:
        """Open, deliver, and raise `SourceError` when it is over."""
        try:
            worker = await Worker.start(Task.LIBAV)
            try:
                await self._deliver(worker)
            finally:
                self._opener.cost.end()
                await worker.close(_GRACE)
        except SourceError as error:
            error.args = (f"{self._opener.display}: {error}",)
            raise error from None

    async def _deliver(self, worker: Worker) -> NoReturn:
        sink, order = self._sink, self._opener.order
        handler = sink.sound if self._opener.audio and isinstance(sink, Audible) else None
        order = replace(order, values=order.values | {"sound": handler is not None})
        playing = await worker.ask(order, OPEN_DEADLINE)
        codec = _CODECS.get(playing.text("codec"))
        if codec is None:
            raise WorkerError("A worker process names a codec that nobody knows; it is ended.")
        fps = None if playing.values.get("fps") is None else playing.real("fps")
        sets = tuple(split_lengths(playing.payload))
        self._sink.playing(VideoDescription(codec.name, _CLOCK_RATE, sets, fps))
        depacketizer = codec.depacketizer(self._sink.access_unit)
        sound = FfmpegSound(handler, playing.values.get("sound")) if handler else None
        while True:
            message = await worker.receive(PATIENCE)
            if message.kind != "sound":
                self._take(message, depacketizer)
            elif sound is not None:
                self.stats.bytes += len(message.payload)
                sound.take(message)

    def _take(self, unit: Message, depacketizer: VideoDepacketizer) -> None:
        """One picture."""
        rtp_time, arrival = unit.number("rtp_time") & 0xFFFFFFFF, unit.real("arrival")
        self.stats.bytes += len(unit.payload)
        self.stats.packets += 1
        self._opener.cost.tell(unit.real("cpu_seconds"), arrival)
        if unit.values.get("taken_us") is not None:
            self._sink.sender_report(unit.number("taken_us"), rtp_time)
        depacketizer.push_picture(split_lengths(unit.payload), rtp_time, arrival)
        self.stats.damaged, self.stats.skipped = depacketizer.damaged, depacketizer.skipped


def _with_credentials(url: CameraUrl) -> str:
    """What libav reads: it has no other way to be told the credentials."""
    credentials = ""
    if url.username is not None:
        password = "" if url.password is None else f":{quote(url.password, safe='')}"
        credentials = f"{quote(url.username, safe='')}{password}@"
    scheme = "rtsp" if "+" in url.scheme else url.scheme
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{scheme}://{credentials}{host}:{url.port}{url.path}"
