"""Starts and ends the GStreamer camera of `gst_camera.py`."""

import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PYTHON = "/usr/bin/python3"
"""The one that has the bindings."""
CAMERA = Path(__file__).with_name("gst_camera.py")
READY_WITHIN = 20.0


@dataclass(frozen=True)
class GstCamera:
    """A running camera."""

    port: int
    process: "subprocess.Popen[bytes]"
    _said: list[bytes] = field(default_factory=lambda: [b""])

    def url(self, credentials: str = "", path: str = "/cam") -> str:
        """Its address; `credentials` as in `user:password`."""
        at = f"{credentials}@" if credentials else ""
        return f"rtsp://{at}127.0.0.1:{self.port}{path}"

    def said(self, word: str, within: float = 0.0) -> bool:
        """Whether it has said so since it was ready; waits `within` seconds for it at most."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + within
        while word.encode() not in self._said[0].split(b"\n"):
            left = max(0.0, deadline - time.monotonic())
            readable, _, _ = select.select([self.process.stdout], [], [], left)
            piece = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            if not piece:
                return False
            self._said[0] += piece
        return True


@contextmanager
def gst_camera(
    *,
    port: int = 0,
    size: str = "640x360",
    fps: int = 30,
    gop: int = 30,
    kbps: int = 2000,
    slices: int = 1,
    codec: str = "h264",
    audio: str | None = None,
    user: str | None = None,
    password: str | None = None,
    auth: str = "digest",
    certificate: Path | None = None,
    session_timeout: int | None = None,
    refuse_get_parameter: bool = False,
) -> Iterator[GstCamera]:
    """Run a camera until the block ends; with `user` and `password` it asks for them.

    With `certificate`, a file in PEM with its key in a file `.key` beside it, it speaks TLS only.
    Raises `RuntimeError`, with what the camera said, if it is not ready in time.
    """
    options: dict[str, int | str] = {"port": port, "size": size, "fps": fps, "gop": gop}
    options |= {"kbps": kbps, "slices": slices, "codec": codec}
    if audio is not None:
        options["audio"] = audio
    command = [PYTHON, str(CAMERA), *(f"--{name}={value}" for name, value in options.items())]
    if session_timeout is not None:
        command.append(f"--session-timeout={session_timeout}")
    if refuse_get_parameter:
        command.append("--refuse-get-parameter")
    if certificate is not None:
        command.append(f"--certificate={certificate}")
    if user is not None:
        command += [f"--user={user}", f"--password={password or ''}", f"--auth={auth}"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            # The camera ends when this pipe does, even if nobody is left to kill it.
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            ready = _ready_line(process)
            if ready is None:
                errors.seek(0)
                raise RuntimeError(f"the camera is not ready: {errors.read().decode()}")
            yield GstCamera(int(ready.split()[1]), process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                pipe.close()


def _ready_line(process: "subprocess.Popen[bytes]") -> bytes | None:
    """The line `ready PORT`, None if it does not come in time."""
    assert process.stdout is not None
    deadline = time.monotonic() + READY_WITHIN
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([process.stdout], [], [], deadline - time.monotonic())
        piece = os.read(process.stdout.fileno(), 100) if readable else b""
        if not piece:
            return None
        line += piece
    return line if line.startswith(b"ready ") else None
