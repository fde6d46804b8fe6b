"""Players that others wrote, and what they have to say about our streams.

    PYTHONPATH=src python -m tests.delivery.hls.players [seconds] [gop]

plays with each of them for so many seconds (60) from a camera with that GOP (15 pictures).
"""

import asyncio
import os
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from itertools import pairwise

from scripts import system_parts
from tests.delivery.hls.live_server import RATE, live_server

_NOBODY = 65534
_TAKING_LEAVE = 5.0
_FRAME = re.compile(r"chain.*pts: (\d+):(\d\d):(\d\d\.\d+)")
_HARMLESS = re.compile(
    r"duplicated MOOV Atom|PulseAudio|D-Bus|interface (?:error|\"|.*initialization failed)"
    r"|dummy interface|stream format|no chunk defined|STTS table of 0|idummy|no more input streams"
    r"|end of playlist|sequence discontinuity detected \d+ != 0|VLC media player|alsa|live555"
)


@dataclass(frozen=True, slots=True)
class Played:
    """What a player did."""

    frames: int
    """Pictures."""
    longest_step: float
    """Seconds between two frames, at most; None of them may be missing."""
    complaints: list[str]
    samples: int = 0
    """Of sound."""


async def ffmpeg(url: str, seconds: float) -> Played:
    """FFmpeg reads the playlist and decodes at the speed of the stream."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-loglevel", "repeat+warning", "-i", url]
    out, err = await _run(seconds + 20, *command, "-t", str(seconds), "-f", "framecrc", "-")
    times = [int(line.split(",")[2]) / RATE for line in out.splitlines() if line[:1] == "0"]
    heard = [line.split(",") for line in out.splitlines() if line[:1] == "1"]
    return replace(_played(times, err), samples=sum(int(line[3]) for line in heard))


async def gstreamer(url: str, seconds: float) -> Played:
    """GStreamer's hlsdemux2 reads the playlist, and a sink shows frames at their time."""
    pipeline = f"uridecodebin3 uri={url} ! fakesink sync=true silent=false"
    out, err = await _run(
        seconds,
        *("gst-launch-1.0", "-v", *pipeline.split()),
        environment={"GST_PLUGIN_FEATURE_RANK": "hlsdemux2:MAX", "GST_DEBUG_NO_COLOR": "1"},
    )
    times = [int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in _FRAME.findall(out)]
    errors = [line for line in (out + err).splitlines() if "ERROR" in line or "WARNING" in line]
    return _played(times, "\n".join(errors))


async def vlc(url: str, seconds: float) -> Played:
    """VLC plays into a file; it refuses to run as root."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # noqa: PTH101 - the player is another user
        target = f"{folder}/played.ts"
        root = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
        _, err = await _run(
            seconds + 20,
            *(root if os.geteuid() == 0 else []),
            *("cvlc", "-q", "--intf", "dummy", "--no-audio", "--play-and-exit"),
            *(f"--run-time={seconds}", f"--sout=#std{{access=file,mux=ts,dst={target}}}"),
            *(url, "vlc://quit"),
            environment={"HOME": folder},
        )
        probe = ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0"]
        out, _ = await _run(20, *probe, target)
    return _played([float(line.strip(",")) for line in out.split() if line.strip(",N/A")], err)


PLAYERS = {"ffmpeg": ffmpeg, "gstreamer": gstreamer, "vlc": vlc}


def _played(times: list[float], said: str) -> Played:
    steps = [after - before for before, after in pairwise(times)]
    complaints = [line for line in said.splitlines() if line.strip() and not _HARMLESS.search(line)]
    return Played(len(times), max(map(abs, steps), default=0.0), complaints)


async def _run(
    seconds: float, *command: str, environment: dict[str, str] | None = None
) -> tuple[str, str]:
    """Run a program, end it after `seconds`; what it wrote."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    output = asyncio.create_task(process.communicate())
    try:
        await asyncio.wait({output}, timeout=seconds)
        if not output.done():
            process.terminate()
            await asyncio.wait({output}, timeout=_TAKING_LEAVE)
    finally:
        if process.returncode is None:
            process.kill()  # GStreamer sometimes hangs when it ends
    out, err = await output
    return out.decode(errors="replace"), err.decode(errors="replace")


async def main(seconds: float, gop: int) -> int:
    """Play with every player there is; how many complained."""
    async with live_server(gop=gop) as server:
        await server.begun()
        names = [name for name in PLAYERS if system_parts.present(name)]
        played = await asyncio.gather(*(PLAYERS[name](server.url, seconds) for name in names))
    for name, result in zip(names, played, strict=True):
        step = f"longest step {1000 * result.longest_step:.0f} ms"
        sys.stdout.write(
            "\n    ".join([f"{name}: {result.frames} frames, {step}", *result.complaints])
        )
        sys.stdout.write("\n")
    return sum(bool(result.complaints) for result in played)


if __name__ == "__main__":
    given = [float(argument) for argument in sys.argv[1:]]
    seconds, gop = given + [60, 15][len(given) :]
    sys.exit(asyncio.run(main(seconds, int(gop))))
