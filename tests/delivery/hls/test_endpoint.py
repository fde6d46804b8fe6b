"""What HLS viewers are answered (RFC 8216bis §6.2.5 and §6.2.6, RFC 9110)."""

from typing import Any

import pytest

from liveedge.config.hls import HlsSettings
from liveedge.delivery.hls import feed as feeds
from liveedge.delivery.hls import playlist as playlist_module
from liveedge.delivery.hls import response
from liveedge.delivery.hls.playlist import media_playlist
from liveedge.window.segments import SegmentList
from tests.delivery.hls.camera import Camera
from tests.delivery.hls.exchange import Stream
from tests.delivery.hls.reader import read
from tests.delivery.hls.server import LIVE, Server

# --- playlists


async def test_index_names_the_media_playlist_and_that_can_be_had() -> None:
    server = Server()
    index = await server.get("/hls/door/index.m3u8")
    assert (index.status, index.headers["content-type"]) == (200, "application/vnd.apple.mpegurl")
    media = await server.get("/hls/door/" + index.text.splitlines()[-1])
    assert media.status == 200
    assert len(read(media.text).complete) == 6


async def test_6_2_5_2_a_plain_request_is_answered_at_once() -> None:
    server = Server()
    assert (await server.ask(LIVE).settle()).status == 200


async def test_6_2_5_2_a_request_for_a_part_waits_and_gets_exactly_that() -> None:
    server = Server()
    now = read((await server.get(LIVE)).text)
    msn, part = now.segments[-1].msn, len(now.segments[-1].parts)
    waiting = await server.ask(f"{LIVE}?_HLS_msn={msn}&_HLS_part={part}").settle()
    assert waiting.waits
    server.camera.gop(3)
    playlist = read((await waiting.finish()).text)
    assert waiting.status == 200
    # The part asked for is beyond the final one: it is part 0 of the next segment.
    assert (playlist.segments[-1].msn, len(playlist.segments[-1].parts)) == (msn + 1, 1)


async def test_6_2_5_2_a_request_for_a_segment_waits_until_it_is_complete() -> None:
    server = Server()
    msn = read((await server.get(LIVE)).text).segments[-1].msn
    waiting = await server.ask(f"{LIVE}?_HLS_msn={msn + 1}").settle()
    server.camera.gop(15)
    assert (await waiting.settle()).waits
    server.camera.picture(sync=True)
    assert read((await waiting.finish()).text).complete[-1].msn == msn + 1


async def test_6_2_5_2_a_wait_is_over_after_three_target_durations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server()
    assert feeds.Feed(server.camera.segments).deadline == 3.0
    monkeypatch.setattr(feeds, "BLOCKING_DEADLINE", 0.01)
    msn = server.camera.segments.next_msn
    answer = await server.get(f"{LIVE}?_HLS_msn={msn}")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert server.waiting == 0
    assert (await server.get(LIVE)).status == 200


async def test_6_2_5_2_bad_requests() -> None:
    server = Server()
    msn = server.camera.segments.next_msn
    for query in ("_HLS_part=1", "_HLS_msn=x", f"_HLS_msn={msn + 9}", "_HLS_msn=9" + "9" * 14):
        answer = await server.get(f"{LIVE}?{query}")
        assert answer.status == 400
        assert answer.headers["cache-control"] == "no-store"


async def test_a_playlist_is_rendered_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = []

    def counting(segments: SegmentList, *how: Any) -> str:
        rendered.append(segments)
        return media_playlist(segments, *how)

    monkeypatch.setattr(playlist_module, "media_playlist", counting)
    server = Server()
    server.camera.picture(sync=True)
    waiting = [
        server.ask(f"{LIVE}?_HLS_msn={server.camera.segments.next_msn - 1}&_HLS_part=0")
        for _ in range(50)
    ]
    await waiting[-1].settle()
    assert server.waiting == 50
    server.camera.picture()
    server.camera.picture()
    assert {(await each.finish()).status for each in waiting} == {200}
    assert len({each.body for each in waiting}) == 1
    assert len(rendered) == 1


async def test_6_2_1_another_promise_is_another_playlist() -> None:
    server = Server()
    msn = server.camera.segments.next_msn
    waiting = await server.ask(f"{LIVE}?_HLS_msn={msn}").settle()
    server.camera.gop(60)
    assert (await waiting.finish()).status == 410
    assert (await server.get(LIVE)).status == 410
    index = await server.get("/hls/door/index.m3u8")
    media = await server.get("/hls/door/" + index.text.splitlines()[-1])
    assert read(media.text).target_duration > 1


async def test_6_2_2_after_a_restart_the_playlist_is_another_one_and_its_numbers_go_on() -> None:
    before = Server()
    assert (await before.get(LIVE)).status == 200
    after = Camera(token="fedcba98", first=before.camera.segments.next_msn + 50)
    before.registry.streams["door"] = Stream(after.segments)
    assert (await before.ask(LIVE).settle()).status == 410
    waiting = await before.ask("/hls/door/index.m3u8").settle()
    after.gops(2)
    name = (await waiting.finish()).text.splitlines()[-1]
    playlist = read((await before.get(f"/hls/door/{name}")).text)
    assert playlist.media_sequence > before.camera.segments.next_msn


async def test_the_first_playlist_is_waited_for() -> None:
    server = Server(gops=1)
    waiting = [
        server.ask("/hls/door/index.m3u8"),
        server.ask(LIVE),
        server.ask(LIVE, method="HEAD"),
    ]
    await waiting[-1].settle()
    assert all(each.waits for each in waiting)
    server.camera.picture(sync=True)
    assert [(await each.finish()).status for each in waiting] == [200, 200, 200]


async def test_the_first_playlist_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeds, "FIRST_PLAYLIST_DEADLINE", 0.01)
    server = Server(gops=0)
    assert (await server.get("/hls/door/index.m3u8")).status == 503
    assert (await server.get(LIVE)).status == 503


async def test_a_plain_request_is_answered_while_the_camera_is_away() -> None:
    server = Server()
    server.camera.lose(3600)
    assert (await server.ask(LIVE).settle()).status == 200


# --- media


async def test_6_2_6_a_hinted_part_is_held_until_all_of_it_can_be_sent() -> None:
    server = Server()
    server.camera.picture(sync=True)
    hint = read((await server.get(LIVE)).text).hints[0]["URI"]
    waiting = await server.ask(f"/hls/door/{hint}").settle()
    server.camera.picture()
    assert (await waiting.settle()).waits
    server.camera.picture()
    assert (await waiting.finish()).status == 200
    assert waiting.body == (await server.get(f"/hls/door/{hint}")).body
    assert hint == read((await server.get(LIVE)).text).parts[-1].uri


async def test_6_2_6_a_hinted_part_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "BLOCKING_DEADLINE", 0.01)
    server = Server()
    hint = read((await server.get(LIVE)).text).hints[0]["URI"]
    assert (await server.get(f"/hls/door/{hint}")).status == 503


async def test_6_2_6_a_future_part_that_is_not_hinted_is_not_found() -> None:
    server = Server()
    serial = server.camera.segments.next_serial
    answer = await server.ask(f"/hls/door/0123abcd.p{serial + 1}.m4s").settle()
    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")


async def test_6_2_1_everything_listed_can_be_had_and_the_parts_are_the_segments() -> None:
    server = Server()
    for segment in read((await server.get(LIVE)).text).complete:
        whole = await server.get(f"/hls/door/{segment.uri}")
        parts = [await server.get(f"/hls/door/{part.uri}") for part in segment.parts]
        assert {whole.headers["content-type"]} == {"video/iso.segment"}
        assert whole.body == b"".join(part.body for part in parts) or not parts
        assert int(whole.headers["content-length"]) == len(whole.body)


@pytest.mark.parametrize("headers", [(), (("range", "bytes=0-"),)])
async def test_6_2_1_a_gap_is_an_empty_file_for_players_that_do_not_know_gaps(
    headers: tuple[tuple[str, str], ...],
) -> None:
    server = Server()
    server.camera.lose()
    server.camera.cutter.absent(server.camera.now)
    server.camera.wait(90_000)
    server.camera.cutter.absent(server.camera.now)
    gap = read((await server.get(LIVE)).text).segments[-1]
    assert gap.gap
    answer = await server.get(f"/hls/door/{gap.uri}", *headers)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")


def test_the_newest_part_is_one_piece_for_all_and_older_ones_are_not_kept_twice() -> None:
    camera = Camera()
    camera.gops(4)
    feed = feeds.Feed(camera.segments)
    newest = camera.segments.next_serial - 1
    first, second = feed.part(newest), feed.part(newest)
    assert first is not None
    assert second is not None
    assert len(first) == 1
    assert first[0] is second[0]
    older = feed.part(newest - 1)
    assert older is not None
    assert [len(piece) for piece in older] == [
        len(chunk.payload) for chunk in camera.segments.listed[-1].parts[-1].chunks
    ]


async def test_the_map_is_the_init_segment_of_its_epoch() -> None:
    server = Server()
    uri = read((await server.get(LIVE)).text).segments[0].map_uri
    answer = await server.get(f"/hls/door/{uri}")
    assert (answer.status, answer.headers["content-type"]) == (200, "video/mp4")
    assert answer.body[4:8] == b"ftyp"


@pytest.mark.parametrize(
    "target",
    [
        "/hls/cellar/index.m3u8",
        "/hls/door/live-1-105.m3u8",
        "/hls/door/fedcba98.p3.m4s",
        "/hls/door/0123abcd.s1.m4s",
        "/hls/door/0123abcd.i9.mp4",
        "/hls/../../etc/passwd",
    ],
)
async def test_unknown_streams_parts_and_segments_are_not_found(target: str) -> None:
    assert (await Server().get(target)).status == 404


async def test_a_stream_that_is_removed_and_added_again_is_another_one() -> None:
    server = Server()
    part = read((await server.get(LIVE)).text).parts[0].uri
    del server.registry.streams["door"]
    assert (await server.get(LIVE)).status == 404
    other = Camera(token="fedcba98")
    other.gops(3)
    server.registry.streams["door"] = Stream(other.segments)
    assert (await server.get(f"/hls/door/{part}")).status == 404
    assert (await server.get(LIVE)).status == 410
    assert "fedcba98" in (await server.get("/hls/door/index.m3u8")).text


# --- who leaves, who waits, who does not read


async def test_a_client_that_leaves_is_not_waited_for() -> None:
    server = Server()
    hint = f"/hls/door/0123abcd.p{server.camera.segments.next_serial}.m4s"
    for target in (f"{LIVE}?_HLS_msn={server.camera.segments.next_msn}", hint):
        exchange = await server.ask(target).settle()
        assert server.waiting == 1
        exchange.leave()
        await exchange.finish()
        assert exchange.status is None
        assert server.waiting == 0


async def test_a_request_that_is_cancelled_leaves_the_others_alone() -> None:
    server = Server()
    target = f"{LIVE}?_HLS_msn={server.camera.segments.next_msn - 1}"
    first, second = server.ask(target), server.ask(target)
    await second.settle()
    first.task.cancel()
    await second.settle()
    assert (first.task.cancelled(), server.waiting) == (True, 1)
    server.camera.picture(sync=True)
    assert (await second.finish()).status == 200


async def test_only_so_many_may_wait() -> None:
    server = Server(HlsSettings(max_waiting=2000))
    target = f"{LIVE}?_HLS_msn={server.camera.segments.next_msn - 1}"
    waiting = [server.ask(target) for _ in range(2000)]
    await waiting[-1].settle()
    refused = await server.get(target)
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert (await server.get(LIVE)).status == 200
    server.camera.picture(sync=True)
    assert {(await each.finish()).status for each in waiting} == {200}
    assert server.waiting == 0


async def test_a_client_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response, "SEND_DEADLINE", 0.01)
    server = Server()
    exchange = server.ask("/hls/door/0123abcd.p30.m4s")
    exchange.stop_reading()
    await exchange.finish()
    assert not exchange.complete
