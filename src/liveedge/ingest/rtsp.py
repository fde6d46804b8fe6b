"""RTSP cameras as sources."""

from typing import Final

from liveedge.clock import Clock
from liveedge.config.url import CameraUrl
from liveedge.ingest.source import MediaSink, Source, SourceFactory
from liveedge.rtsp.client import RtspClient, Timeouts

PATIENCE: Final = Timeouts(stall=900.0, first_frame=900.0)
"""Whether video has stopped is decided in one place, `liveedge.health`, which knows how often this
camera sends pictures. The client's own deadlines are the net below it."""


def rtsp_source(url: CameraUrl, clock: Clock) -> SourceFactory:
    """A factory of attempts at one RTSP camera."""

    def open_source(sink: MediaSink) -> Source:
        return RtspClient(url, sink, clock, timeouts=PATIENCE)

    return open_source
