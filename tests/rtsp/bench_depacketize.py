# ruff: noqa: T201 - a script that prints its findings
"""Prints what the reception path costs: microseconds a packet and an access unit.

    python tests/rtsp/bench_depacketize.py [--codec h265] [--baseline FILE]

FILE may hold another implementation to compare with in the same run: a module with a class `Rtsp`,
made with (url, on_access_unit) and fed by `data_received(bytes)`.
"""

import argparse
import asyncio
import importlib.util
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from liveedge.media.access_unit import AccessUnit
from liveedge.rtsp.framing import Demultiplexer
from liveedge.rtsp.h264 import H264Depacketizer
from liveedge.rtsp.h265 import H265Depacketizer
from liveedge.rtsp.rtp import RtpReceiver

Feed = Callable[[bytes], None]
ACCESS_UNITS = 3000
PACKETS = 7
FRAGMENT = 1186
GOP = 30


def fragment_header(codec: str, sync: bool, flags: int) -> bytes:
    """Payload header and FU header (RFC 6184 §5.8, RFC 7798 §4.4.3)."""
    if codec == "h265":
        return bytes([49 << 1, 1, flags | (19 if sync else 1)])
    return bytes([0x60 | 28, flags | (5 if sync else 1)])


def interleaved_stream(codec: str) -> list[bytes]:
    """One `bytes` an access unit: fragments in RTP packets in interleaved frames."""
    units = []
    sequence = 0
    for number in range(ACCESS_UNITS):
        sync = number % GOP == 0
        frames = []
        for fragment in range(PACKETS):
            last = fragment == PACKETS - 1
            flags = 0x80 if fragment == 0 else 0x40 if last else 0
            head = struct.pack(
                "!BBHII", 0x80, 96 | 0x80 * last, sequence & 0xFFFF, number * 3000, 0x1234
            )
            packet = head + fragment_header(codec, sync, flags) + b"\x80" * FRAGMENT
            frames.append(b"$\0" + struct.pack("!H", len(packet)) + packet)
            sequence += 1
        units.append(b"".join(frames))
    return units


def reception_path(codec: str) -> tuple[Feed, list[int]]:
    count = [0]

    def emit(unit: AccessUnit) -> None:
        count[0] += 1

    depacketizer = H265Depacketizer(emit) if codec == "h265" else H264Depacketizer(emit)
    receiver = RtpReceiver(depacketizer, 96, 90000)
    demultiplexer = Demultiplexer(lambda message: None)
    demultiplexer.sinks[0] = receiver.push
    feed, monotonic = demultiplexer.feed, time.monotonic
    return lambda data: feed(data, monotonic()), count


def baseline_path(file: Path) -> tuple[Feed, list[int]]:
    spec = importlib.util.spec_from_file_location("baseline", file)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    count = [0]

    def emit(*_unit: object) -> None:
        count[0] += 1

    async def make() -> Any:
        return module.Rtsp("", emit)

    return asyncio.run(make()).data_received, count


def microseconds(make: Callable[[], tuple[Feed, list[int]]], chunks: list[bytes]) -> float:
    """The best of ten runs over all chunks: what else the machine does only adds."""
    runs = []
    for _ in range(10):
        feed, count = make()
        begin = time.process_time()
        for chunk in chunks:
            feed(chunk)
        runs.append((time.process_time() - begin) * 1e6)
        assert count[0] == ACCESS_UNITS, count
    return min(runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", type=Path, help="another implementation to compare with")
    parser.add_argument("--codec", choices=["h264", "h265"], default="h264")
    arguments = parser.parse_args()
    baseline: Path | None = arguments.baseline
    codec: str = arguments.codec
    units = interleaved_stream(codec)
    stream = b"".join(units)
    cuts = {
        "one access unit a read": units,
        "one segment of 1448 a read": [stream[i : i + 1448] for i in range(0, len(stream), 1448)],
        "64 KiB a read": [stream[i : i + 65536] for i in range(0, len(stream), 65536)],
    }
    print(f"{PACKETS} packets of {FRAGMENT + 14} octets an access unit")
    for name, chunks in cuts.items():
        total = microseconds(lambda: reception_path(codec), chunks)
        line = f"{name:28}{total / ACCESS_UNITS / PACKETS:6.2f} us a packet"
        line += f"{total / ACCESS_UNITS:7.2f} us an access unit"
        if baseline is not None:
            other = microseconds(lambda: baseline_path(baseline), chunks)
            line += f"   baseline {other / ACCESS_UNITS / PACKETS:5.2f} us a packet"
            line += f", {other / total:.2f} times ours"
        print(line)


if __name__ == "__main__":
    main()
