"""What a process asks of the operating system about itself."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def die_with_parent() -> None:
    """Have this process sent SIGTERM when its parent ends, however that ends; only on Linux.

    Linux counts the thread that started this process as its parent (prctl(2)), so a program whose
    threads come and go starts it from one that lasts.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # The parent may have ended before the call above; then nothing would tell us.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def give_up_privileges() -> None:
    """Have no program that this process runs get more rights than it has; only on Linux."""
    if sys.platform == "linux":
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), f"prctl({option})")
