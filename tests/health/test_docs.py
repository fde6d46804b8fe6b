"""docs/health.md says all there is, and nothing that is not."""

import re
from pathlib import Path

from liveedge.errors import Reason
from liveedge.health.verdict import Code
from liveedge.streams.status import StreamStatus

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "health.md").read_text()


def rows(heading: str) -> list[str]:
    """What stands in backquotes in the first column below a heading."""
    section = TEXT.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]
    first = re.findall(r"^\| (`.*?`(?:, `.*?`)*) \|", section, re.MULTILINE)
    return [word for cell in first for word in re.findall(r"`([^`]+)`", cell)]


def test_every_code_is_explained() -> None:
    assert rows("## What it finds") == list(Code)


def test_every_reason_is_explained() -> None:
    assert sorted(rows("### Why a camera is offline")) == sorted(Reason)


def test_every_member_of_the_status_is_explained() -> None:
    assert sorted(rows("## Status")) == sorted(StreamStatus.model_fields)
