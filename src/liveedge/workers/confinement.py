"""What a worker gives up before it touches anything that a camera has sent."""

import os
import resource
import sys
from dataclasses import dataclass
from typing import Final

from liveedge import process

_MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use."""

    memory_mb: int
    """Address space, shared libraries included, in MiB. What asks for more fails or ends."""
    niceness: int
    """Added to the niceness of the parent: cameras and viewers come first."""
    new_files: int
    """How many files and sockets it may open, beside what it has."""


def confine(limits: Limits) -> None:
    """Give up rights for good; call it once what the work needs has been imported.

    Files can only be read, for none may grow; nothing is written when it crashes; a program that
    is run, if one ever is, gets no more rights.
    """
    process.die_with_parent()
    process.give_up_privileges()
    os.nice(limits.niceness)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_AS, limits.memory_mb * _MEBIBYTE)
    _lower(resource.RLIMIT_NOFILE, _first_free_descriptor() + limits.new_files)


def _lower(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    # The hard limit too: what has taken a worker over cannot raise it again.
    resource.setrlimit(kind, (value, value))


def _first_free_descriptor() -> int:
    """One more than the highest descriptor in use; the limit is on numbers, not on a count."""
    directory = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
    return max(int(name) for name in os.listdir(directory)) + 1  # noqa: PTH208 - names, not paths
