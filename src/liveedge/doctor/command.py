"""`liveedge probe`: listen to a camera, and say what it does and what to change."""

import json
import sys
from typing import Annotated, Final

import typer

from liveedge import logs
from liveedge.clock import Clock, SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport, check_reach, parse_fingerprint
from liveedge.config.url import CameraUrl, parse_camera_url
from liveedge.doctor.report import Report, as_json, as_text
from liveedge.errors import LiveEdgeError

LONGEST: Final = 60.0
"""Seconds to listen at most: everything that is heard is kept until the end."""


def probe(
    url: Annotated[
        str,
        typer.Argument(
            help="rtsp://user:password@host/path; - reads it from standard input, which keeps the"
            " password out of the process list."
        ),
    ],
    seconds: Annotated[
        float, typer.Option(min=1, max=LONGEST, help="How long to listen after the first keyframe.")
    ] = 5,
    transport: Annotated[
        RtspTransport, typer.Option(help="How RTP packets come from the camera.")
    ] = RtspTransport.AUTO,
    tls_fingerprint: Annotated[
        str | None, typer.Option(help="The only certificate to accept, as in the configuration.")
    ] = None,
    as_json_line: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say in plain words what a camera sends, and what to change on it for less delay."""
    logs.configure(level=logs.Level.WARNING)
    camera = parse_camera_url(sys.stdin.readline().strip() if url == "-" else url)
    fingerprint = None if tls_fingerprint is None else parse_fingerprint(tls_fingerprint)
    settings = RtspSettings(transport, tls_fingerprint=fingerprint)
    check_reach(camera, settings)
    import uvloop  # noqa: PLC0415 - only what listens has a loop

    report = uvloop.run(examine(camera, seconds, SystemClock(), settings))
    typer.echo(json.dumps(as_json(report)) if as_json_line else as_text(report))
    if report.error is not None:
        raise LiveEdgeError(report.error)


async def examine(
    url: CameraUrl, seconds: float, clock: Clock, settings: RtspSettings | None = None
) -> Report:
    """Listen to a camera for so many seconds, and judge what came."""
    from liveedge.doctor.advice import advise  # noqa: PLC0415 - the command line begins without
    from liveedge.doctor.delay import expected_delays  # noqa: PLC0415
    from liveedge.doctor.facts import gather  # noqa: PLC0415
    from liveedge.doctor.listen import listen  # noqa: PLC0415

    heard = await listen(url, seconds, clock, settings or RtspSettings())
    facts = gather(heard, encrypted=url.secure)
    error = None if heard.failure is None else str(heard.failure)
    return Report(url.display, facts, expected_delays(facts), advise(facts), error)
