"""RTSP cameras as sources."""

from typing import Final

import structlog

from liveedge.clock import Clock
from liveedge.config.rtsp import RtspSettings
from liveedge.config.url import CameraUrl
from liveedge.ingest.source import Audible, MediaSink, Source, SourceFactory
from liveedge.rtsp.client import RtspClient, Timeouts

_log = structlog.get_logger(__name__)

PATIENCE: Final = Timeouts(stall=900.0, first_frame=900.0)
"""Whether video has stopped is decided in one place, `liveedge.health`, which knows how often this
camera sends pictures. The client's own deadlines are the net below it."""


def rtsp_source(
    url: CameraUrl,
    clock: Clock,
    settings: RtspSettings = RtspSettings(),  # noqa: B008 - frozen
) -> SourceFactory:
    """A factory of attempts at one RTSP camera; a camera that anybody could pose as is logged."""
    if url.secure and not settings.tls_verify:
        _log.warning(
            "tls_not_verified",
            camera=url.display,
            meaning="whoever is on the way can pose as this camera and learn its password; pin its"
            " certificate with tls_fingerprint instead of tls_verify = false",
        )

    def open_source(sink: MediaSink) -> Source:
        sound = sink.sound if settings.audio and isinstance(sink, Audible) else None
        return RtspClient(url, sink, clock, settings=settings, timeouts=PATIENCE, sound=sound)

    return open_source
