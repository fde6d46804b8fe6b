"""What a strict client demands of a playlist and of its changes (RFC 8216bis, clause by clause)."""

from collections.abc import Callable

from tests.delivery.hls import fmp4
from tests.delivery.hls.reader import ListedPart, ListedSegment, Playlist, attributes, read

Fetch = Callable[[str], bytes]

EXACT = 0.00002
"""Seconds: durations are written with five decimals."""


class Watcher:
    """Reads one playlist again and again; `AssertionError` names what is wrong.

    With `fetch` it also downloads everything the moment it is listed, and looks inside.
    """

    def __init__(
        self, fetch: Fetch | None = None, *, shortest: int | None = 3, tolerance: int = 2
    ) -> None:
        self._fetch = fetch
        self._tolerance = tolerance
        """How far media may be from where the playlist says it is, in 1/90000 s."""
        self._shortest = shortest
        """Target durations that must remain when a segment is removed, None for any."""
        self._last: Playlist | None = None
        self._owners: dict[str, object] = {}
        self._bodies: dict[str, bytes] = {}
        self._end_of: dict[int, int] = {}
        self._missed = False
        self.seen = 0
        """How many versions have been read."""

    def interrupt(self) -> None:
        """Versions between the last and the next one are not seen."""
        self._missed = True

    def observe(self, text: str) -> Playlist:
        """Read the next version."""
        playlist = read(text)
        self._check_header(playlist)
        for segment in playlist.segments:
            self._check_segment(segment, playlist)
        self._check_edge(playlist)
        if self._last is not None and self._last.text != text:
            self._check_change(self._last, playlist)
        self._check_owners(playlist)
        if self._fetch is not None:
            self._check_media(playlist)
        self._last, self._missed = playlist, False
        self.seen += 1
        return playlist

    # --- one version

    def _check_header(self, playlist: Playlist) -> None:
        assert playlist.header["EXT-X-VERSION"] == "6"  # §8: EXT-X-MAP, and nothing newer
        assert playlist.target_duration >= 1  # §4.4.3.1
        control = attributes(playlist.header["EXT-X-SERVER-CONTROL"])
        assert control["CAN-BLOCK-RELOAD"] == "YES"
        assert float(control["PART-HOLD-BACK"]) >= 3 * playlist.part_target - EXACT  # §4.4.3.8
        assert float(control.get("HOLD-BACK", "inf")) >= 3 * playlist.target_duration
        assert "EXT-X-INDEPENDENT-SEGMENTS" in playlist.header
        assert "PLAYLIST-TYPE" not in playlist.text  # §6.2.2
        assert "ENDLIST" not in playlist.text
        assert "EXT-X-START" not in playlist.text

    def _check_segment(self, segment: ListedSegment, playlist: Playlist) -> None:
        assert segment.date is not None  # App. B
        assert segment.date.utcoffset() is not None
        assert segment.map_uri is not None
        if segment.duration is not None:
            # §4.4.3.1: rounded to the nearest integer
            assert segment.duration < playlist.target_duration + 0.5
            assert segment.duration > 0
        parts = segment.parts
        if parts:
            assert parts[0].independent  # App. B; all segments begin with a sync frame
        for index, part in enumerate(parts):
            last = segment.uri is not None and index == len(parts) - 1
            self._check_part(part, playlist.part_target, may_be_short=last)
        if parts and segment.duration is not None:
            # The last part may not say more than PART-TARGET; all others are corrected.
            assert sum(p.duration for p in parts) < segment.duration + playlist.part_target

    def _check_part(self, part: ListedPart, target: float, *, may_be_short: bool) -> None:
        assert 0 < part.duration <= target + EXACT  # §4.4.4.9
        if not (may_be_short or part.independent or part.gap):
            assert part.duration >= 0.85 * target - EXACT  # §4.4.4.9

    def _check_edge(self, playlist: Playlist) -> None:
        # App. B and §6.2.6: one hint of the next part, and it is not listed yet
        assert [hint["TYPE"] for hint in playlist.hints] == ["PART"]
        assert playlist.hints[0]["URI"] not in {part.uri for part in playlist.parts}
        # §6.2.2: parts far from the end are not listed
        to_end = playlist.length
        for segment in playlist.segments:
            if segment.parts:
                assert to_end <= 3 * playlist.target_duration + EXACT
            to_end -= segment.length

    # --- what may change

    def _check_change(self, before: Playlist, after: Playlist) -> None:
        for name in ("EXT-X-TARGETDURATION", "EXT-X-PART-INF", "EXT-X-SERVER-CONTROL"):
            assert before.header[name] == after.header[name], f"{name} changed"  # §6.2.1
        removed = after.media_sequence - before.media_sequence
        assert removed >= 0  # §6.2.2
        if removed and self._shortest is not None:
            complete = sum(segment.length for segment in after.complete)
            assert complete >= self._shortest * after.target_duration - EXACT  # §6.2.2
        kept = {segment.msn: segment for segment in after.segments}
        for old in before.segments[removed:]:
            self._check_kept(old, kept[old.msn])
        if removed < len(before.segments):
            assert after.segments[-1].msn >= before.segments[-1].msn
        old_parts = [part.uri for part in before.parts]
        new_parts = [part.uri for part in after.parts if part.uri not in old_parts]
        if self._missed:
            return
        if new_parts:
            assert before.hints[0]["URI"] == new_parts[0]  # §4.4.5.3
        else:
            assert before.hints == after.hints

    def _check_kept(self, old: ListedSegment, new: ListedSegment) -> None:
        assert old.discontinuity_sequence == new.discontinuity_sequence  # §6.2.2
        assert old.discontinuity == new.discontinuity
        assert old.date == new.date
        assert old.map_uri == new.map_uri
        assert old.gap <= new.gap
        if old.uri is not None:
            assert (old.uri, old.duration, old.gap) == (new.uri, new.duration, new.gap)
        if new.parts:
            assert new.parts[: len(old.parts)] == old.parts
        if old.uri is not None:
            assert len(new.parts) <= len(old.parts)

    def _check_owners(self, playlist: Playlist) -> None:
        """A URI names one thing for ever."""
        for segment in playlist.segments:
            names = {part.uri: ("part", segment.msn) for part in segment.parts}
            if segment.uri is not None:
                names[segment.uri] = ("segment", segment.msn)
            for uri, owner in names.items():
                assert self._owners.setdefault(uri, owner) == owner, uri

    # --- the media itself

    def _check_media(self, playlist: Playlist) -> None:
        for segment in playlist.segments:
            if segment.gap:
                continue
            for uri in {segment.map_uri or "", segment.uri or "", *(p.uri for p in segment.parts)}:
                if uri and uri not in self._bodies:
                    assert self._fetch is not None
                    self._bodies[uri] = self._fetch(uri)  # §6.2.1: it is there when it is listed
        for segment in playlist.complete:
            if not segment.gap and segment.msn not in self._end_of:
                self._check_bytes(segment)

    def _check_bytes(self, segment: ListedSegment) -> None:
        body = self._bodies[segment.uri or ""]
        if segment.parts:
            # §3.2: the parts are the segment
            assert b"".join(self._bodies[part.uri] for part in segment.parts) == body
        found = fmp4.samples(body)
        assert found[0].sync
        assert [s.decode_time for s in found] == sorted({s.decode_time for s in found})
        for part in segment.parts:
            inside = fmp4.samples(self._bodies[part.uri])
            assert part.independent == any(sample.sync for sample in inside)  # §4.4.4.9
        begin = found[0].decode_time
        expected = self._end_of.get(segment.msn - 1)
        if expected is not None and not segment.discontinuity:
            # The playlist's clock is that of the media: nothing drifts.
            assert abs(begin - expected) <= self._tolerance, f"{begin} after {expected}"
        self._end_of[segment.msn] = begin + round((segment.duration or 0) * 90_000)
