from typing import Any

from liveedge.health.journal import Journal


class Paper:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def info(self, event: str, **fields: Any) -> None:
        self.lines.append(("info", event, fields))

    def warning(self, event: str, **fields: Any) -> None:
        self.lines.append(("warning", event, fields))


def test_writes_at_once_with_its_fields() -> None:
    paper = Paper()
    journal = Journal(paper)
    journal.note(0.0, "state", "camera_offline", warn=True, stream="door", reason="refused")
    journal.note(0.1, "state", "camera_live", warn=False, stream="door")
    assert paper.lines == [
        ("warning", "camera_offline", {"stream": "door", "reason": "refused"}),
        ("info", "camera_live", {"stream": "door"}),
    ]


def test_a_flood_is_cut_and_the_last_line_is_what_holds() -> None:
    paper = Paper()
    journal = Journal(paper)
    for second in range(60):
        journal.note(second, "state", "off" if second % 2 else "on", warn=False)
        journal.flush(second + 0.5)
    journal.flush(61.0)
    journal.flush(76.0)
    journal.flush(91.0)
    assert len(paper.lines) <= 4 + 91 / 15
    assert paper.lines[-1][1] == "off", "sixty changes, and the last one was this"
    said = len(paper.lines) + sum(fields.get("unsaid", 0) for _, _, fields in paper.lines)
    assert said == 60, "every line is written or counted"


def test_topics_do_not_take_each_others_room() -> None:
    paper = Paper()
    journal = Journal(paper)
    for _ in range(10):
        journal.note(0.0, "state", "flapping", warn=True)
    journal.note(0.0, "health", "degraded", warn=True)
    assert paper.lines[-1][1] == "degraded"
