"""What the original description has between camera and browser: FFmpeg, a folder, a web server."""

import http.server
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Final

from liveedge.config.url import parse_camera_url
from liveedge.errors import ConfigError, LiveEdgeError

_STATIC: Final = Path(__file__).resolve().parent.parent / "static"
_FIRST_SEGMENT_DEADLINE: Final = 20.0
_STOP_DEADLINE: Final = 5.0
_POLL: Final = 0.05
_NAME: Final = re.compile(r"/(static/)?((?:assets/)?[\w-][\w.-]*)")
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".ts": "video/mp2t",
}
_PAGE: Final = (
    '<!doctype html><title>Baseline</title><script type="module" src="/static/baseline.js">'
    '</script><baseline-player source="/output.m3u8" settings="{settings}"></baseline-player>'
)


def require_no_password(url: str | None) -> None:
    """Raise `ConfigError` if the camera's URL holds credentials.

    FFmpeg takes it on its command line, where every user of the machine can read it.
    """
    if url is not None and parse_camera_url(url).username is not None:
        raise ConfigError(
            "FFmpeg would show the camera's password in the process list; for --baseline take a"
            " camera that needs none."
        )


@contextmanager
def ffmpeg_hls(program: Path, arguments: Sequence[str]) -> Iterator[Path]:
    """Run FFmpeg in a folder of its own until the block ends; its first segment is there.

    Raises `LiveEdgeError` with what it said if it writes none.
    """
    with tempfile.TemporaryDirectory(prefix="liveedge-baseline-") as name:
        folder, log = Path(name), Path(name, "ffmpeg.log")
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - the program that was asked for
                [program, "-hide_banner", "-loglevel", "warning", *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        try:
            _wait_for_segment(folder / "output.m3u8", process, log)
            yield folder
        finally:
            process.terminate()
            try:
                process.wait(_STOP_DEADLINE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for_segment(playlist: Path, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + _FIRST_SEGMENT_DEADLINE
    while process.poll() is None and time.monotonic() < end:
        if playlist.exists() and "#EXTINF:" in playlist.read_text():
            return
        time.sleep(_POLL)
    said = log.read_text(errors="replace").strip().rpartition("\n")[2] or "nothing"
    raise LiveEdgeError(f"FFmpeg wrote no segment of the camera; it said: {said}")


@contextmanager
def serve_baseline(folder: Path, settings: str) -> Iterator[str]:
    """Serve the folder and the page that plays it until the block ends; its address."""
    handler = partial(_Handler, folder, _PAGE.format(settings=settings).encode())
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), name="baseline")
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    """Files as they are, with the headers that the description asks for."""

    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, page: bytes, *arguments: object) -> None:
        self._folder = folder
        self._page = page
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with the page, a file of the web part, or one of FFmpeg's."""
        if self.path == "/":
            self._answer(200, ".html", self._page)
            return
        match = _NAME.fullmatch(self.path)
        file = None if match is None else (_STATIC if match[1] else self._folder) / match[2]
        try:
            body = b"" if file is None else file.read_bytes()
        except OSError:
            file = None
        if file is None:
            self._answer(404, "", b"")
        else:
            self._answer(200, file.suffix, body)

    def _answer(self, status: int, suffix: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", _TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
        # A player that gives up in the middle of an answer is no news either.
        with suppress(ConnectionError):
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name there
        """Requests are no news."""
