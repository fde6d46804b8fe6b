"""Playlists as text, line by line (RFC 8216bis §4)."""

from textwrap import dedent

from liveedge.config.hls import HlsSettings
from liveedge.delivery.hls.multivariant import describe, multivariant_playlist
from liveedge.delivery.hls.playlist import media_playlist
from tests.delivery.hls.camera import Camera
from tests.delivery.hls.reader import read


def playing(frames: int = 6, wish: float = 0.3, gops: int = 3) -> Camera:
    camera = Camera(HlsSettings(segment_seconds=wish))
    camera.gops(gops, frames=frames)
    return camera


def test_a_media_playlist_word_for_word() -> None:
    camera = playing(frames=9, wish=0.3)
    camera.picture(sync=True)
    camera.picture()
    camera.picture()
    assert media_playlist(camera.segments) == dedent(
        """\
        #EXTM3U
        #EXT-X-VERSION:6
        #EXT-X-TARGETDURATION:1
        #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.315
        #EXT-X-PART-INF:PART-TARGET=0.105
        #EXT-X-MEDIA-SEQUENCE:5000
        #EXT-X-DISCONTINUITY-SEQUENCE:0
        #EXT-X-INDEPENDENT-SEGMENTS
        #EXT-X-MAP:URI="0123abcd.i0.mp4"
        #EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.000Z
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p1.m4s",INDEPENDENT=YES
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p2.m4s"
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p3.m4s"
        #EXTINF:0.30000,
        0123abcd.s5000.m4s
        #EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.300Z
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p4.m4s",INDEPENDENT=YES
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p5.m4s"
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p6.m4s"
        #EXTINF:0.30000,
        0123abcd.s5001.m4s
        #EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.600Z
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p7.m4s",INDEPENDENT=YES
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p8.m4s"
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p9.m4s"
        #EXTINF:0.30000,
        0123abcd.s5002.m4s
        #EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.900Z
        #EXT-X-PART:DURATION=0.10000,URI="0123abcd.p10.m4s",INDEPENDENT=YES
        #EXT-X-PRELOAD-HINT:TYPE=PART,URI="0123abcd.p11.m4s"
        """
    )


def test_4_4_4_3_a_discontinuity_comes_with_its_map_before_the_first_part() -> None:
    camera = playing()
    camera.change()
    camera.gops(2, frames=9)
    lines = media_playlist(camera.segments).splitlines()
    at = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[at + 1] == '#EXT-X-MAP:URI="0123abcd.i1.mp4"'
    assert lines[at + 2].startswith("#EXT-X-PROGRAM-DATE-TIME:")
    assert lines[at + 3].startswith("#EXT-X-PART:")


def test_4_4_4_3_a_break_without_new_parameters_keeps_its_map() -> None:
    camera = playing()
    camera.lose(1)
    camera.gops(2, frames=9)
    text = media_playlist(camera.segments)
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert text.count("#EXT-X-MAP") == 1


def test_4_4_3_3_discontinuity_sequence_counts_the_tags_that_have_left() -> None:
    camera = Camera()
    numbers = []
    for round_ in range(12):
        if round_ == 3:
            camera.lose(1)
        camera.gop()
        if camera.segments.targets is not None:
            playlist = read(media_playlist(camera.segments))
            tags = playlist.text.count("#EXT-X-DISCONTINUITY\n")
            numbers.append((int(playlist.header["EXT-X-DISCONTINUITY-SEQUENCE"]), tags))
    assert numbers[0] == (0, 0)
    assert (0, 1) in numbers
    assert numbers[-1] == (1, 0)


def test_4_4_4_7_a_gap_is_tagged_before_its_uri_and_has_no_parts() -> None:
    camera = playing()
    camera.lose()
    camera.cutter.absent(camera.now)
    camera.wait(90_000)
    camera.cutter.absent(camera.now)
    playlist = read(media_playlist(camera.segments))
    gap = playlist.segments[-1]
    assert gap.gap
    assert gap.duration == 1.0
    assert gap.parts == []
    assert "#EXT-X-GAP\n#EXTINF:1.00000,\n" in playlist.text


def test_6_2_2_parts_are_listed_for_three_target_durations_by_segments() -> None:
    camera = Camera(HlsSettings(segments=12))
    camera.gops(14)
    playlist = read(media_playlist(camera.segments))
    assert [len(segment.parts) for segment in playlist.segments] == [0] * 7 + [5] * 6


def test_6_2_1_parts_that_are_no_longer_listed_do_not_come_back() -> None:
    """A segment can turn out shorter than its parts announced, so that others are nearer."""
    camera = Camera()
    first_with_parts = []
    for _ in range(12):
        for index in range(15):
            camera.picture(sync=index == 0, interval=2860 if index == 14 else 3010)
            if camera.segments.targets is not None:
                segments = read(media_playlist(camera.segments)).segments
                first_with_parts.append(next(s.msn for s in segments if s.parts))
    assert first_with_parts == sorted(first_with_parts)


def test_4_4_3_7_parts_made_for_another_part_target_are_not_listed() -> None:
    camera = playing(frames=15)
    camera.gops(2, frames=10, interval=18_000)
    camera.picture(sync=True, interval=18_000)
    playlist = read(media_playlist(camera.segments))
    assert playlist.part_target == 0.21
    assert [bool(segment.parts) for segment in playlist.segments] == [False] * 4 + [True] * 2


def test_4_4_6_2_a_multivariant_playlist_says_what_was_measured() -> None:
    camera = playing(frames=15)
    for _ in range(9):
        camera.padding = 3000 - camera.padding
        camera.gop(15)
    assert multivariant_playlist([describe(camera.segments)]).splitlines()[:3] == [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    tag, uri = multivariant_playlist([describe(camera.segments)]).splitlines()[3:]
    assert uri == "0123abcd.live-1-105.m3u8"
    kinds = camera.segments.recent
    peak = max(8 * rate.size / 0.5 for rate in kinds)
    average = sum(8 * rate.size for rate in kinds) / (0.5 * len(kinds))
    assert tag == (
        f"#EXT-X-STREAM-INF:BANDWIDTH={peak:.0f},AVERAGE-BANDWIDTH={average:.0f},"
        'FRAME-RATE=30.000,CODECS="avc1.42c00a",RESOLUTION=64x48'
    )
    assert average < peak


def test_a_multivariant_playlist_knows_its_rates_while_the_camera_is_away() -> None:
    camera = playing(frames=15)
    before = multivariant_playlist([describe(camera.segments)])
    camera.lose()
    for _ in range(20):
        camera.cutter.absent(camera.now)
        camera.wait(90_000)
    assert all(segment.gap for segment in camera.segments.listed)
    assert "FRAME-RATE=30.0" in before
    assert "FRAME-RATE=30.0" in multivariant_playlist([describe(camera.segments)])


def test_a_multivariant_playlist_can_be_had_with_the_first_part() -> None:
    camera = Camera()
    camera.gop(122)
    assert camera.segments.targets is not None
    assert not camera.segments.listed
    assert "FRAME-RATE=30.000" in multivariant_playlist([describe(camera.segments)])
