"""What a server takes of its machine: read from its own metrics, as a monitoring system does."""

import time
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from liveedge.bench.fleet import Fleet
from liveedge.errors import LiveEdgeError

_NAMES = ("process_resident_memory_bytes", "process_open_fds", "liveedge_tasks")


@dataclass(frozen=True, slots=True)
class Footprint:
    """A server at one moment."""

    at: float
    """Monotonic seconds."""
    rss_mb: float
    """Resident memory in MB (10^6 bytes)."""
    fds: int
    """Open file descriptors, that of the question included."""
    tasks: int
    """Tasks of the event loop, that of the question included."""


async def footprint(fleet: Fleet) -> Footprint:
    """Ask the server of a fleet."""
    at = time.monotonic()
    return parse_footprint(await fleet.get("metrics"), at)


def parse_footprint(metrics: str, at: float) -> Footprint:
    """Read the text of `/metrics`."""
    values = {
        sample.name: sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if sample.name in _NAMES
    }
    missing = [name for name in _NAMES if name not in values]
    if missing:
        raise LiveEdgeError(f"The server's metrics lack {', '.join(missing)}; this needs Linux.")
    memory, fds, tasks = (values[name] for name in _NAMES)
    return Footprint(at, memory / 1e6, int(fds), int(tasks))
