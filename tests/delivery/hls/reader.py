"""A playlist as a client reads it: RFC 8216bis §4, without a word from our own writer."""

import re
from dataclasses import dataclass, field
from datetime import datetime

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^",]+)(?:,|$)')


@dataclass(frozen=True, slots=True)
class ListedPart:
    """An EXT-X-PART tag."""

    uri: str
    duration: float
    independent: bool
    gap: bool


@dataclass(slots=True)
class ListedSegment:
    """A media segment; `uri` is None if only parts of it are listed."""

    msn: int
    discontinuity_sequence: int
    discontinuity: bool = False
    map_uri: str | None = None
    date: datetime | None = None
    gap: bool = False
    duration: float | None = None
    uri: str | None = None
    parts: list[ListedPart] = field(default_factory=list)

    @property
    def length(self) -> float:
        return sum(p.duration for p in self.parts) if self.duration is None else self.duration


@dataclass(slots=True)
class Playlist:
    """A media playlist."""

    text: str
    header: dict[str, str]
    segments: list[ListedSegment]
    hints: list[dict[str, str]]
    reports: list[dict[str, str]] = field(default_factory=list)

    @property
    def target_duration(self) -> int:
        return int(self.header["EXT-X-TARGETDURATION"])

    @property
    def part_target(self) -> float:
        return float(attributes(self.header["EXT-X-PART-INF"])["PART-TARGET"])

    @property
    def media_sequence(self) -> int:
        return int(self.header["EXT-X-MEDIA-SEQUENCE"])

    @property
    def complete(self) -> list[ListedSegment]:
        return [segment for segment in self.segments if segment.uri is not None]

    @property
    def parts(self) -> list[ListedPart]:
        return [part for segment in self.segments for part in segment.parts]

    @property
    def length(self) -> float:
        return sum(segment.length for segment in self.segments)


HEADER = {
    "EXT-X-VERSION",
    "EXT-X-TARGETDURATION",
    "EXT-X-SERVER-CONTROL",
    "EXT-X-PART-INF",
    "EXT-X-MEDIA-SEQUENCE",
    "EXT-X-DISCONTINUITY-SEQUENCE",
    "EXT-X-INDEPENDENT-SEGMENTS",
}


def attributes(text: str) -> dict[str, str]:
    """An attribute list (§4.2), quotes taken off."""
    found = _ATTRIBUTE.findall(text)
    assert ",".join(f"{name}={value}" for name, value in found) == text, text
    assert len({name for name, _ in found}) == len(found), f"repeated attribute: {text}"
    return {name: value.strip('"') for name, value in found}


def read(text: str) -> Playlist:
    """Read a media playlist; an unknown or misplaced line fails."""
    lines = text.split("\n")
    assert lines[0] == "#EXTM3U"
    assert lines.pop() == "", "the last line must end"
    header: dict[str, str] = {}
    playlist = Playlist(text, header, [], [])
    segments = playlist.segments
    current: ListedSegment | None = None
    map_uri: str | None = None
    for line in lines[1:]:
        name, _, value = line.removeprefix("#").partition(":")
        if line.startswith("#") and name in HEADER:
            assert not segments, f"{name} must come before the segments"
            assert current is None
            assert name not in header, f"{name} comes twice"
            header[name] = value
            continue
        if line.startswith("#") and name == "EXT-X-PRELOAD-HINT":
            playlist.hints.append(attributes(value))
            continue
        if line.startswith("#") and name == "EXT-X-RENDITION-REPORT":
            assert current is None or current.parts
            playlist.reports.append(attributes(value))
            continue
        assert not playlist.reports, "media after a report"
        assert not playlist.hints, "media after the hint"
        if current is None:
            current = _next(segments, header)
        if name == "EXT-X-MAP":
            assert not current.parts
            map_uri = attributes(value)["URI"]
        elif line.startswith("#"):
            _apply(current, name, value)
        else:
            assert current.duration is not None, "a URI without EXTINF"
            current.uri, current.map_uri = line, map_uri
            segments.append(current)
            current = None
    if current is not None:
        assert current.parts, "tags that apply to nothing"
        assert current.duration is None
        current.map_uri = map_uri
        segments.append(current)
    return playlist


def _apply(segment: ListedSegment, name: str, value: str) -> None:
    """A tag that applies to one segment; those that describe it come before its parts."""
    if name == "EXT-X-DISCONTINUITY":
        assert not segment.parts
        segment.discontinuity = True
        segment.discontinuity_sequence += 1
    elif name == "EXT-X-PROGRAM-DATE-TIME":
        assert not segment.parts
        segment.date = datetime.fromisoformat(value)
    elif name == "EXT-X-PART":
        segment.parts.append(_part(attributes(value)))
    elif name == "EXT-X-GAP":
        segment.gap = True
    else:
        assert name == "EXTINF", f"unexpected: {name}"
        seconds, _, title = value.partition(",")
        assert title == ""
        segment.duration = float(seconds)


def _next(segments: list[ListedSegment], header: dict[str, str]) -> ListedSegment:
    if segments:
        return ListedSegment(segments[-1].msn + 1, segments[-1].discontinuity_sequence)
    return ListedSegment(
        int(header["EXT-X-MEDIA-SEQUENCE"]), int(header["EXT-X-DISCONTINUITY-SEQUENCE"])
    )


def _part(values: dict[str, str]) -> ListedPart:
    assert values.keys() <= {"URI", "DURATION", "INDEPENDENT", "GAP"}
    return ListedPart(
        values["URI"],
        float(values["DURATION"]),
        values.get("INDEPENDENT") == "YES",
        values.get("GAP") == "YES",
    )
