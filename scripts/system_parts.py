#!/usr/bin/env python3
"""The programs beside Python that the tests with real parts need.

    scripts/system_parts.py       install the missing ones, or say which they are

They are installed with apt-get, where there is one and where this user may. Elsewhere the tests
that need a missing part are skipped, except in CI (CI=true), where a missing part is an error.
Standard library only; tests/conftest.py asks `missing` too.
"""

import contextlib
import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

APT_DEADLINE = 900.0
"""Seconds for one run of apt-get; everything from nothing takes about 120."""

GSTREAMER_PROBE = """
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
elements = "appsrc rtspsrc rtph264pay h264parse x264enc avdec_h264 rtph265pay h265parse"
elements = elements.split() + ["x265enc"]
raise SystemExit(not all(map(Gst.ElementFactory.find, elements)))
"""


@dataclass(frozen=True, slots=True)
class Part:
    """How to see that a part is there, and the Debian packages that bring it."""

    probe: tuple[str, ...]
    packages: tuple[str, ...]


PARTS = {
    "chromium": Part(("chromium", "--version"), ("chromium",)),
    "ffmpeg": Part(("ffmpeg", "-version"), ("ffmpeg",)),
    "firefox": Part(("firefox-esr", "--version"), ("firefox-esr",)),
    "gstreamer": Part(
        # Debian's bindings belong to Debian's Python, not to the one in .venv.
        ("/usr/bin/python3", "-c", GSTREAMER_PROBE),
        (
            "gir1.2-gst-rtsp-server-1.0",
            "gstreamer1.0-libav",
            "gstreamer1.0-plugins-bad",
            "gstreamer1.0-plugins-base",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-plugins-ugly",
            "gstreamer1.0-tools",
            "python3-gi",
            "python3-gst-1.0",
        ),
    ),
    "ip": Part(("ip", "-Version"), ("iproute2",)),
    "nginx": Part(("nginx", "-v"), ("nginx-light",)),
    "openssl": Part(("openssl", "version"), ("openssl",)),
    # VLC does not even say its version to root.
    "vlc": Part(("test", "-x", "/usr/bin/cvlc"), ("vlc-bin", "vlc-plugin-base")),
}


def in_ci() -> bool:
    """Whether a missing part is an error rather than a reason to skip."""
    return os.environ.get("CI") == "true"


@functools.cache
def present(name: str) -> bool:
    """Whether a part is on this machine; asked once per run."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    program = shutil.which(PARTS[name].probe[0], path=path)
    if program is None:
        return False
    try:
        run = subprocess.run(
            [program, *PARTS[name].probe[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


def missing(*names: str) -> list[str]:
    """Which of these parts (of all, if none is named) are not on this machine."""
    return [name for name in names or PARTS if not present(name)]


def apt_get() -> list[str] | None:
    """The start of an apt-get command that this user may run without being asked."""
    if shutil.which("apt-get") is None:
        return None
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    patient = ["-o", "DPkg::Lock::Timeout=120"]
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", "apt-get", "-y", *quiet, *patient]
    if os.geteuid() == 0:
        return apt
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False).returncode == 0:
        return ["sudo", "-n", *apt]
    return None


def install(names: list[str], apt: list[str]) -> None:
    """Install the packages of some parts; a failure shows when they are looked for again."""
    packages = [package for name in names for package in PARTS[name].packages]
    for step in (["update"], ["install", "--no-install-recommends", *packages]):
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [*apt, *step],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # what goes wrong is said on standard error
                timeout=APT_DEADLINE,
                check=False,
            )
    present.cache_clear()


def main() -> int:
    """Install what is missing where possible; the return value is the exit status."""
    absent = missing()
    if absent and (apt := apt_get()):
        print(f"Installing for the tests with real parts: {', '.join(absent)} …", flush=True)
        install(absent, apt)
        absent = missing()
    if not absent:
        return 0
    packages = " ".join(package for name in absent for package in PARTS[name].packages)
    print(
        f"Missing on this machine: {', '.join(absent)}. "
        + ("CI needs them. " if in_ci() else "The tests that need them are skipped. ")
        + f"Install on Debian: {packages}",
        file=sys.stderr,
    )
    return 1 if in_ci() else 0


if __name__ == "__main__":
    sys.exit(main())
