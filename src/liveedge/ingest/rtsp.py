"""RTSP cameras as sources."""

from liveedge.clock import Clock
from liveedge.config.url import CameraUrl
from liveedge.ingest.source import MediaSink, Source, SourceFactory
from liveedge.rtsp.client import RtspClient


def rtsp_source(url: CameraUrl, clock: Clock) -> SourceFactory:
    """A factory of attempts at one RTSP camera."""

    def open_source(sink: MediaSink) -> Source:
        return RtspClient(url, sink, clock)

    return open_source
