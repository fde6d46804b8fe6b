"""`liveedge probe` against cameras on real sockets."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from liveedge.camera.command import CameraSettings, serve_camera
from liveedge.camera.control import Misuse, parse_planned
from liveedge.cli import cli
from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.config.url import parse_camera_url
from liveedge.doctor.command import examine
from liveedge.doctor.finding import Code
from liveedge.doctor.report import Report, as_json, as_text
from liveedge.errors import ConfigError, Reason

DEADLINE = 20.0
SETTINGS = CameraSettings(port=0, width=512, height=240, fps=30, gop=5, kbps=300, name="Test")
PASSWORD = "hunter2"
LOCKED = replace(SETTINGS, username="bob", password=PASSWORD)


@asynccontextmanager
async def camera(settings: CameraSettings = SETTINGS, *faults: str) -> AsyncIterator[str]:
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    misuse = Misuse(tuple(parse_planned(fault) for fault in faults), None, lambda _: None)
    task = asyncio.create_task(
        serve_camera(settings, ready=url.set_result, misuse=misuse if faults else None)
    )
    try:
        async with asyncio.timeout(DEADLINE):
            yield await url
    finally:
        task.cancel()
        await asyncio.wait((task,), timeout=DEADLINE)


async def probe(url: str, seconds: float = 0.5, user: str = "") -> Report:
    address = parse_camera_url(url.replace("//", f"//{user}@" if user else "//", 1))
    report = await examine(address, seconds, SystemClock())
    # Whatever it says, it never says the password.
    assert PASSWORD not in as_text(report) + json.dumps(as_json(report)) + repr(report)
    return report


async def test_a_camera_is_described() -> None:
    async with camera(LOCKED) as url:
        report = await probe(url, seconds=1.0, user=f"bob:{PASSWORD}")
    facts = report.facts
    assert report.error is None
    assert facts.transport == "TCP"
    assert facts.authentication == "Digest MD5"
    assert [(track.kind, track.codec, track.used) for track in facts.tracks] == [
        ("video", "H264", True)
    ]
    assert facts.video is not None
    assert (facts.video.width, facts.video.height) == (512, 240)
    assert facts.video.profile == "Constrained Baseline"
    figures = facts.figures
    assert figures.keyframes >= 1
    assert figures.fps is not None
    assert figures.gop_longest is not None
    assert figures.reordered == 0
    assert facts.packets >= figures.pictures
    assert facts.lost == 0
    for step in (facts.connect_ms, facts.describe_ms, facts.setup_ms, facts.play_ms):
        assert step is not None
        assert step >= 0
    assert facts.first_packet_ms is not None
    assert facts.first_keyframe_ms is not None
    assert facts.first_packet_ms <= facts.first_keyframe_ms
    assert {delay.transport for delay in report.delays} == {"webcodecs", "mse", "llhls", "hls"}


async def test_packets_over_udp_and_h265() -> None:
    async with camera(replace(SETTINGS, codec="h265")) as url:
        udp = RtspSettings(RtspTransport.UDP)
        report = await examine(parse_camera_url(url), 0.5, SystemClock(), udp)
    assert report.error is None
    assert report.facts.transport == "UDP"
    assert report.facts.video is not None
    assert report.facts.video.name is not None
    assert report.facts.video.name.startswith("hvc1.")
    assert Code.H265 in {advice.code for advice in report.advice}
    assert "over UDP" in as_text(report)


async def test_its_clock_is_compared_with_ours() -> None:
    async with camera() as url:
        report = await probe(url, seconds=1.5)
    assert report.facts.reports >= 1
    assert report.facts.clock_believed
    assert "sender report" in as_text(report)
    assert Code.NO_REPORTS not in {advice.code for advice in report.advice}


async def test_a_camera_whose_keyframe_is_far_away_is_told_so() -> None:
    async with camera(replace(SETTINGS, gop=3000)) as url:
        report = await probe(url, seconds=2.5)
    found = {advice.code: advice.message for advice in report.advice}
    assert "set the interval to 1 s" in found[Code.ONE_KEYFRAME]
    assert "one keyframe, and none in the" in as_text(report)
    assert report.delays[-1].at_least


async def test_loss_is_counted() -> None:
    async with camera(replace(SETTINGS, kbps=2000), "0 loss 30 5") as url:
        report = await probe(url, seconds=1.0)
    assert report.facts.lost > 0
    assert Code.PACKETS_LOST in {advice.code for advice in report.advice}


@pytest.mark.parametrize(
    ("fault", "reason", "words"),
    [
        ("sdp-no-video", Reason.NO_VIDEO, "no video track"),
        ("sdp-broken", Reason.PROTOCOL, "no session description"),
        ("sdp-huge", Reason.LIMIT, "exceeds"),
        ("status 30 404", Reason.NOT_FOUND, "does not know this path"),
        ("status 30 453", Reason.BUSY, "no bandwidth left"),
        ("redirect", Reason.REDIRECT, "never followed"),
    ],
)
async def test_what_a_camera_refuses_is_a_sentence(fault: str, reason: Reason, words: str) -> None:
    name, *rest = fault.split()
    async with camera(SETTINGS, f"0 {name} {' '.join(rest or ['30'])}") as url:
        report = await failing(url, reason)
    assert report.error is not None
    assert words in report.error
    assert report.facts.reason is reason
    assert report.facts.figures.pictures == 0


async def failing(url: str, reason: Reason) -> Report:
    """A report of the camera with its fault, which begins a moment after the camera is there."""
    while True:
        report = await probe(url, seconds=0.1)
        if report.facts.reason is reason:
            return report


async def test_what_is_offered_is_told_even_if_it_cannot_be_played() -> None:
    async with camera(SETTINGS, "0 sdp-no-video 30") as url:
        report = await failing(url, Reason.NO_VIDEO)
    assert [track.kind for track in report.facts.tracks] == ["audio"]
    assert "sound: " in as_text(report)


async def test_a_wrong_password_is_refused() -> None:
    async with camera(replace(LOCKED, password="right")) as url:
        report = await probe(url, user=f"bob:{PASSWORD}")
    assert report.facts.reason is Reason.UNAUTHORIZED
    assert "refuses this user name or password" in str(report.error)


async def test_no_password_where_one_is_needed() -> None:
    async with camera(LOCKED) as url:
        report = await probe(url)
    assert "asks for a user name and a password" in str(report.error)


async def test_a_camera_that_ends_in_the_middle_is_reported_with_what_came() -> None:
    async with camera(SETTINGS, "0.5 reset") as url:
        report = await probe(url, seconds=10)
    assert report.error is not None
    assert report.facts.figures.pictures > 0
    assert "pictures a second" in as_text(report)


@asynccontextmanager
async def talker(answer: bytes) -> AsyncIterator[str]:
    """Something that is no camera: it says the same to everybody, and closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        async with asyncio.timeout(DEADLINE):
            yield f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    "answer", [b"", b"\x00" * 4096, b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"]
)
async def test_what_is_no_camera_is_a_sentence(answer: bytes) -> None:
    async with talker(answer) as url:
        report = await probe(url, user=f"bob:{PASSWORD}")
    assert report.error is not None
    assert report.error.endswith(".")
    assert report.facts.figures.pictures == 0


async def test_nothing_listens() -> None:
    async with talker(b"") as url:
        pass
    report = await probe(url, user=f"bob:{PASSWORD}")
    assert report.facts.reason is Reason.REFUSED
    assert "check the port" in str(report.error)


# --- the command


def run(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "liveedge", "probe", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_the_command_reads_the_address_and_writes_one_object() -> None:
    async with camera(LOCKED) as url:
        address = url.replace("//", f"//bob:{PASSWORD}@")
        done = await asyncio.to_thread(run, "-", "--seconds", "1", "--json", stdin=address + "\n")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["camera"] == url
    assert said["video"]["codec"] == "h264"
    assert said["expected_delay_ms"].keys() == {"webcodecs", "mse", "llhls", "hls"}
    assert PASSWORD not in done.stdout + done.stderr


async def test_a_failure_has_a_status_and_a_sentence() -> None:
    async with talker(b"") as url:
        pass
    done = await asyncio.to_thread(run, url.replace("//", f"//bob:{PASSWORD}@"))
    assert done.returncode == 1
    assert done.stderr.startswith("liveedge: rtsp://127.0.0.1")
    assert done.stderr.endswith("RTSP is switched on.\n")
    assert PASSWORD not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "url", ["", "door", "ftp://u:hunter2@h/", "rtsp://u:hunter2@:554/", "rtsp://u:hunter2@h:x/"]
)
def test_what_is_no_address_is_refused_without_its_password(url: str) -> None:
    for arguments, stdin in (([url], ""), (["-"], url + "\n")):
        result = CliRunner().invoke(cli, ["probe", *arguments], input=stdin)
        assert isinstance(result.exception, ConfigError)
        assert "camera URL" in str(result.exception)
        assert PASSWORD not in result.output + str(result.exception)
