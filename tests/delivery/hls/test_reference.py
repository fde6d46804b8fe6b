"""The table of rules in docs/reference/hls.md names every test that is named after a clause."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = ("delivery/hls", "packaging", "window", "streams")


def existing() -> set[str]:
    return {
        name
        for folder in FOLDERS
        for path in (ROOT / "tests" / folder).glob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }


def test_the_table_and_the_tests_agree() -> None:
    text = (ROOT / "docs" / "reference" / "hls.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    by_clause = {name for name in existing() if re.match(r"test_[3468]_", name)}
    assert named - existing() == set()
    assert by_clause - named == set()
