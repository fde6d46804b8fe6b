"""What a process costs, as Linux counts it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MB: Final = 1e6
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in MB (10^6 bytes)."""

    rss: float
    """Everything resident, pages that it shares with other processes included."""
    uss: float
    """What would come free if only this process ended."""


def memory(pid: int) -> Memory:
    """The memory of a process now (proc_pid_smaps(5))."""
    return parse_memory(Path(f"/proc/{pid}/smaps_rollup").read_text())


def parse_memory(smaps: str) -> Memory:
    """Read the text of a `smaps_rollup` file."""
    kib = {
        name: int(value.split()[0])
        for name, _, value in (line.partition(":") for line in smaps.splitlines()[1:])
    }
    unique = kib["Private_Clean"] + kib["Private_Dirty"]
    return Memory(rss=kib["Rss"] * 1024 / _MB, uss=unique * 1024 / _MB)


def cpu_seconds(pid: int) -> float:
    """Processor time that all threads of a process have used, in user and kernel mode."""
    return parse_cpu_seconds(Path(f"/proc/{pid}/stat").read_text())


class CpuPressure:
    """How much the machine's processes wait for a processor, from now on."""

    def __init__(self) -> None:
        self._began, self._waited = time.monotonic(), _pressure_seconds()

    def percent(self) -> float | None:
        """The share of the time in which at least one process has waited.

        None where the kernel gives no pressure stall information.
        """
        waited = _pressure_seconds()
        if waited is None or self._waited is None:
            return None
        return 100 * (waited - self._waited) / (time.monotonic() - self._began)


def parse_pressure_seconds(pressure: str) -> float:
    """Read the text of `/proc/pressure/cpu`: the `total` of its first line, in seconds."""
    return int(pressure.partition("total=")[2].split()[0]) / 1e6


def parse_cpu_seconds(stat: str) -> float:
    """Read the text of a `stat` file (proc_pid_stat(5)); the name in it may hold anything."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _pressure_seconds() -> float | None:
    try:
        return parse_pressure_seconds(Path("/proc/pressure/cpu").read_text())
    except OSError:
        return None
