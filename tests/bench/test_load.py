import os
from typing import Any

import pytest

from liveedge.bench.load import Lag, Load, cost, parse_load
from liveedge.bench.usage import (
    cpu_seconds,
    memory,
    parse_cpu_seconds,
    parse_memory,
    parse_pressure_seconds,
)
from liveedge.errors import LiveEdgeError


def load(**changes: Any) -> Load:
    facts: dict[str, Any] = {
        "seconds": 10.0,
        "cpu_seconds": 1.0,
        "frames": [300, 297],
        "base_mb": 40.0,
        "memory_mb": 52.0,
        "reconnects": 0,
        "lag": Lag(1.0, 3.0, 9.0),
    }
    return Load(**(facts | changes))


def test_a_load_survives_its_line_of_json() -> None:
    assert parse_load(load().to_json()) == load()
    assert parse_load(load(lag=None).to_json()) == load(lag=None)


def test_a_reader_that_ended_without_a_result_is_no_load_of_nothing() -> None:
    with pytest.raises(LiveEdgeError, match="ended without a result"):
        parse_load("")


def test_the_cost_of_several_turns_is_their_mean_load_and_their_worst_moment() -> None:
    other = load(
        seconds=30.0,
        cpu_seconds=5.0,
        frames=[900, 600],
        memory_mb=50.0,
        reconnects=1,
        lag=Lag(0.5, 4.0, 8.0),
    )
    total = cost([load(), other])
    assert total.cpu_percent == pytest.approx(15.0)
    assert total.mb_a_camera == 6.0
    assert total.fps_min == 20.0
    assert total.reconnects == 1
    assert total.lag == Lag(1.0, 4.0, 9.0)


def test_a_reader_without_a_loop_has_no_lag() -> None:
    assert cost([load(lag=None)]).lag is None


def test_memory_is_read_as_linux_writes_it() -> None:
    text = (
        "00400000-7ffd1000 ---p 00000000 00:00 0      [rollup]\n"
        "Rss:               50000 kB\nPss:               30000 kB\n"
        "Shared_Clean:      20000 kB\nShared_Dirty:          0 kB\n"
        "Private_Clean:      5000 kB\nPrivate_Dirty:     25000 kB\n"
    )
    seen = parse_memory(text)
    assert seen.rss == pytest.approx(51.2)
    assert seen.uss == pytest.approx(30.72)


def test_processor_time_is_read_past_any_name() -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    stat = f"7 (a) b (c) S 1 7 7 0 -1 4194304 9 0 0 0 {3 * ticks} {ticks // 2} 0 0 20 0 1 0 100"
    assert parse_cpu_seconds(stat) == pytest.approx(3.5)


def test_waiting_for_a_processor_is_read_as_linux_writes_it() -> None:
    text = "some avg10=3.10 avg60=2.00 avg300=1.00 total=2500000\nfull avg10=0.00 total=0\n"
    assert parse_pressure_seconds(text) == 2.5


def test_this_process_has_memory_and_has_used_time() -> None:
    seen = memory(os.getpid())
    assert 1 < seen.uss <= seen.rss
    assert cpu_seconds(os.getpid()) > 0
