"""Tag by tag: what a media playlist says, and what it must not (RFC 8216bis §4)."""

import pytest

from liveedge.delivery.hls.playlist import media_playlist
from tests.delivery.hls import fmp4
from tests.delivery.hls.camera import Camera
from tests.delivery.hls.reader import Playlist, attributes, read


def camera_with_a_past() -> Camera:
    """One that was lost, came back, and changed its picture."""
    camera = Camera()
    camera.gops(2)
    camera.lose(2)
    camera.gops(1)
    camera.change()
    camera.gops(2)
    camera.picture(sync=True)
    camera.picture()
    camera.picture()
    return camera


@pytest.fixture
def playlist() -> Playlist:
    return read(media_playlist(camera_with_a_past().segments))


def test_4_4_3_8_server_control_comes_once_and_holds_three_parts_back(playlist: Playlist) -> None:
    assert playlist.text.count("#EXT-X-SERVER-CONTROL:") == 1
    control = attributes(playlist.header["EXT-X-SERVER-CONTROL"])
    assert control == {"CAN-BLOCK-RELOAD": "YES", "PART-HOLD-BACK": "0.315"}
    assert float(control["PART-HOLD-BACK"]) == pytest.approx(3 * playlist.part_target)


def test_4_4_3_8_what_is_not_offered_is_not_said(playlist: Playlist) -> None:
    """HOLD-BACK would be at least what players assume without it; there is little to skip."""
    for name in ("HOLD-BACK=", "CAN-SKIP-UNTIL", "EXT-X-SKIP"):
        assert f",{name}" not in playlist.text
        assert f"#{name}" not in playlist.text


def test_8_the_version_is_no_higher_than_needed(playlist: Playlist) -> None:
    assert playlist.header["EXT-X-VERSION"] == "6"


def test_4_4_2_1_all_segments_are_independent_and_say_so(playlist: Playlist) -> None:
    assert "EXT-X-INDEPENDENT-SEGMENTS" in playlist.header
    assert all(segment.parts[0].independent for segment in playlist.segments)


def test_4_4_2_2_no_start_is_advised(playlist: Playlist) -> None:
    assert "EXT-X-START" not in playlist.text


def test_6_2_2_a_live_playlist_has_no_type_and_no_end(playlist: Playlist) -> None:
    assert "EXT-X-PLAYLIST-TYPE" not in playlist.text
    assert "EXT-X-ENDLIST" not in playlist.text


def test_4_4_4_6_every_segment_has_a_date_and_dates_rise(playlist: Playlist) -> None:
    dates = [segment.date for segment in playlist.segments if segment.date is not None]
    assert len(dates) == len(playlist.segments)
    assert dates == sorted(set(dates))
    # The camera was away for two seconds: dates know that, durations do not.
    assert (dates[2] - dates[1]).total_seconds() == pytest.approx(2.5, abs=0.001)


def test_4_4_4_9_part_tags_name_address_and_duration(playlist: Playlist) -> None:
    assert playlist.parts[0].uri == "0123abcd.p1.m4s"
    assert {part.duration for part in playlist.parts} == {0.1}
    assert [part.independent for part in playlist.segments[0].parts] == [True, *[False] * 4]
    assert "BYTERANGE" not in playlist.text


def test_4_4_4_9_tags_of_a_segment_come_before_its_first_part(playlist: Playlist) -> None:
    lines = playlist.text.splitlines()
    for at, line in enumerate(lines):
        if line == "#EXT-X-DISCONTINUITY":
            block = lines[at : at + 4]
            assert block[-1].startswith(("#EXT-X-PART:", "#EXT-X-PROGRAM"))
            assert lines[at - 1].endswith(".m4s")


def test_4_4_5_3_one_hint_names_the_next_part_and_ends_the_playlist(playlist: Playlist) -> None:
    newest = int(playlist.parts[-1].uri.split(".")[1][1:])
    assert playlist.hints == [{"TYPE": "PART", "URI": f"0123abcd.p{newest + 1}.m4s"}]
    assert playlist.text.splitlines()[-1].startswith("#EXT-X-PRELOAD-HINT")


def test_4_4_5_4_a_single_rendition_has_no_other_to_report(playlist: Playlist) -> None:
    assert "EXT-X-RENDITION-REPORT" not in playlist.text


def test_3_1_2_the_init_segment_is_that_of_a_live_fragmented_mp4() -> None:
    epoch = camera_with_a_past().segments.segments[-1].epoch
    init = epoch.init
    assert [kind for kind, _, _ in fmp4.boxes(init)] == [b"ftyp", b"moov"]
    assert init[8:12] == b"iso6"
    for path, offset in (
        ((b"moov", b"mvhd"), 16),
        ((b"moov", b"trak", b"tkhd"), 20),
        ((b"moov", b"trak", b"mdia", b"mdhd"), 16),
    ):
        place = fmp4.find(init, *path)
        assert place is not None
        assert init[place[0] + offset : place[0] + offset + 4] == bytes(4), path
    assert fmp4.find(init, b"moov", b"mvex", b"trex") is not None
    assert fmp4.find(init, b"moov", b"mvex", b"mehd") is None
