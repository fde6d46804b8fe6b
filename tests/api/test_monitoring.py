"""The dashboard and the alert rules ask only for what the server has."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import ProcessCollector
from prometheus_client.metrics_core import Metric

from liveedge.api.metrics import families
from liveedge.health.verdict import Code, Level
from liveedge.streams.state import State
from liveedge.streams.viewers import TRANSPORTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
ALERTS = yaml.safe_load((DOCS / "monitoring" / "alerts.yml").read_text())
DASHBOARD = json.loads((DOCS / "monitoring" / "dashboard.json").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = DASHBOARD["panels"]

METRIC = re.compile(r"\b(?:liveedge|process)_\w+")
SELECTOR = re.compile(r"\b((?:liveedge|process)_\w+)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"')
OF_THE_SCRAPE = {"job", "instance"}


def expressions() -> Iterator[tuple[str, str]]:
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in PANELS:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


EXPRESSIONS = [pytest.param(expr, id=name) for name, expr in expressions()]


def samples_of(family: Metric) -> set[str]:
    ends = {
        "counter": ("_total",),
        "histogram": ("_bucket", "_sum", "_count"),
        "info": ("_info",),
    }
    return {family.name + end for end in ends.get(family.type, ("",))}


FAMILIES = [*families([], []), *ProcessCollector(registry=None).collect()]
NAMES = {name for family in FAMILIES for name in samples_of(family)}
LABELS = {
    name: {*getattr(family, "_labelnames", ()), "le"}
    for family in FAMILIES
    for name in samples_of(family)
}
VALUES: dict[str, set[str]] = {
    "state": set(State),
    "code": set(Code),
    "level": set(Level),
    "transport": set(TRANSPORTS),
}


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_asks_for_metrics_that_exist(expr: str) -> None:
    assert set(METRIC.findall(expr)) <= NAMES
    for name, matchers in SELECTOR.findall(expr):
        for label, operator, value in MATCHER.findall(matchers):
            assert label in LABELS[name] | OF_THE_SCRAPE
            if label in VALUES and "$" not in value:
                asked = set(value.split("|")) if "~" in operator else {value}
                assert asked <= VALUES[label], f"{label} is never {value}"


def test_every_metric_of_a_stream_is_documented() -> None:
    text = (DOCS / "health.md").read_text()
    ours = {name for name in NAMES if name.startswith("liveedge_stream_")}
    assert {name for name in ours if f"`{name}`" not in text} == set()
    assert set(re.findall(r"`(liveedge_stream_\w+)`", text)) <= ours


def test_alerts_tell_a_person_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["annotations"]["description"].endswith(".")


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place: dict[str, Any] = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
