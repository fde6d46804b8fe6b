"""Each fault, as a client of the camera sees it."""

import asyncio
from contextlib import suppress

import pytest

from liveedge.media.access_unit import AccessUnit
from liveedge.media.h264 import parse_sps
from liveedge.rtsp.pictures import MAX_ACCESS_UNIT
from tests.camera.peer import DEADLINE, Peer
from tests.camera.rogue import SETTINGS, Viewer, camera, is_silent, viewer

# --- connections


async def test_a_camera_that_hangs_answers_what_was_asked_when_it_goes_on() -> None:
    async with camera() as it, Peer(it.port) as early:
        await early.play()
        await it.begin("hang 60")
        while early.frames or not await is_silent(early):
            early.frames.clear()
        async with Peer(it.port) as late:
            asked = asyncio.create_task(late.ask("DESCRIBE"))
            done, _ = await asyncio.wait((asked,), timeout=0.2)
            assert not done
            await it.end()
            assert (await asked).status == 200
        await early.frame()


async def test_a_half_open_connection_is_dead_and_the_next_one_is_not() -> None:
    async with camera() as it, Peer(it.port) as dead:
        await dead.play()
        await it.begin("half-open")
        while dead.frames or not await is_silent(dead):
            dead.frames.clear()
        async with viewer(it) as alive:
            await alive.take(5)
            assert await is_silent(dead)


@pytest.mark.parametrize("fault", ["reset", "wrap", "status 60 503"])
async def test_connections_are_reset(fault: str) -> None:
    async with camera() as it, Peer(it.port) as peer:
        await peer.play()
        await it.begin(fault)
        with pytest.raises(ConnectionResetError):
            async with asyncio.timeout(DEADLINE):
                while await peer.reader.read(65536):
                    pass


async def test_a_camera_that_reboots_is_away_and_comes_back_as_another_stream() -> None:
    async with camera() as it:
        async with viewer(it) as before:
            ssrc = before.receiver.ssrc
            await it.begin("reboot 60")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", it.port)
        await it.end()
        again = await comes_back(it.port)
        await again.play()
        after = Viewer(again)
        await after.take(3)
        assert after.receiver.ssrc not in (None, ssrc)
        again.writer.close()


async def comes_back(port: int) -> Peer:
    """Connect once something listens."""
    async with asyncio.timeout(DEADLINE):
        while True:
            with suppress(ConnectionRefusedError):
                return await Peer(port).__aenter__()
            await asyncio.sleep(0)


async def test_garbage_is_neither_frames_nor_answers() -> None:
    async with camera() as it, Peer(it.port) as peer:
        await it.begin("garbage 60")
        peer.writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        answer = await peer.reader.readexactly(20)
        assert not answer.startswith(b"RTSP")
        await it.end()
        async with viewer(it) as well:
            await well.take(3)


# --- pictures and packets


async def test_video_stops_and_reports_go_on() -> None:
    async with camera() as it, viewer(it) as watching:
        await it.begin("no-video 60")
        count = len(watching.units)
        reports = len(watching.reports)
        while len(watching.reports) < reports + 2:
            await watching.take_frame()
        assert len(watching.units) <= count + 5, "what was under way"
        await it.end()
        await watching.take(3)
        assert watching.receiver.lost == 0


async def test_a_frozen_picture_says_nothing_new() -> None:
    async with camera() as it, viewer(it) as watching:
        moving = await watching.take(40)
        # Another encoder is opened meanwhile; pictures that nobody reads would come afterwards.
        begun = asyncio.create_task(it.begin("freeze 60"))
        while not begun.done():
            await watching.take(1)
        await begun
        await watching.take(20)
        frozen = await watching.take(30)

        def largest(units: list[AccessUnit]) -> int:
            return max(sum(map(len, unit.nals)) for unit in units if not unit.sync)

        assert largest(frozen) < 100 < largest(moving)
        assert any(unit.sync for unit in frozen), "keyframes go on"


async def test_packets_are_left_out() -> None:
    async with camera() as it, viewer(it) as watching:
        await it.begin("loss 60 20")
        while watching.receiver.lost < 10:
            await watching.take_frame()
        seen = len(watching.sequences)
        assert 0.05 < watching.receiver.lost / (watching.receiver.lost + seen) < 0.5


async def test_packets_change_places() -> None:
    async with camera() as it, viewer(it) as watching:
        await it.begin("reorder 60 50")
        begin = len(watching.sequences)
        while len(watching.sequences) < begin + 200:
            await watching.take_frame()
        came = watching.sequences[begin:]
        assert came != sorted(came, key=lambda number: number - came[0] & 0xFFFF)
        assert len(set(came)) == len(came)


@pytest.mark.parametrize("seconds", [3600, -10])
async def test_timestamps_jump(seconds: int) -> None:
    async with camera() as it, viewer(it) as watching:
        before = (await watching.take(1))[0].rtp_time
        await it.begin(f"jump {seconds}")
        units = await watching.take(40)
        steps = [
            (after - first + (1 << 31) & 0xFFFFFFFF) - (1 << 31)
            for first, after in zip(
                [before] + [u.rtp_time for u in units], [u.rtp_time for u in units], strict=False
            )
        ]
        jumps = [step for step in steps if abs(step) > 90_000]
        assert len(jumps) == 1
        assert jumps[0] == pytest.approx(seconds * 90_000, abs=90_000)


async def test_timestamps_overflow_soon_after_a_reset() -> None:
    async with camera() as it:
        await it.begin("wrap 0.5")
        async with viewer(it) as watching:
            times = [unit.rtp_time for unit in await watching.take(60)]
        assert min(times) < 90_000
        assert max(times) > (1 << 32) - 90_000


async def test_the_size_changes_and_comes_back() -> None:
    async with camera() as it, viewer(it) as watching:

        async def width() -> int:
            while True:
                (unit,) = await watching.take(1)
                if unit.parameter_sets:
                    return parse_sps(unit.parameter_sets[0]).width

        assert await width() == 640
        await it.begin("resolution 60")
        widths = [await width() for _ in range(4)]
        assert widths[-1] == 512
        await it.end()
        widths = [await width() for _ in range(4)]
        assert widths[-1] == 640


async def test_keyframes_stop_and_come_back() -> None:
    async with camera() as it, viewer(it) as watching:
        await it.begin("no-keyframes 60")
        since = 0
        while since < 3 * SETTINGS.gop:
            (unit,) = await watching.take(1)
            since = 0 if unit.sync else since + 1
        await it.end()
        while not (await watching.take(1))[0].sync:
            pass


async def test_one_picture_is_huge() -> None:
    async with camera() as it, Peer(it.port) as peer:
        await peer.play()
        await it.begin("huge-picture 9")
        size = 0
        async with asyncio.timeout(DEADLINE):
            while size < MAX_ACCESS_UNIT:
                channel, packet = await peer.frame()
                size = size + len(packet) if channel == 0 and not packet[1] & 0x80 else 0


# --- answers


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
async def test_sessions_are_refused(status: int) -> None:
    async with camera() as it:
        await it.begin(f"status 60 {status}")
        async with Peer(it.port) as peer:
            assert (await peer.ask("OPTIONS")).status == 200
            assert (await peer.ask("DESCRIBE")).status == status
        await it.end()
        async with Peer(it.port) as peer:
            assert (await peer.ask("DESCRIBE")).status == 200


async def test_a_session_is_refused_where_cameras_do_so() -> None:
    transport = ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1")
    async with camera() as it, Peer(it.port) as first, Peer(it.port) as second:
        await first.play()
        await it.begin("one-viewer 60")
        answer = await second.ask("SETUP", f"{second.url}/trackID=0", transport)
        assert answer.status == 453
        await first.ask("TEARDOWN")
        answer = await second.ask("SETUP", f"{second.url}/trackID=0", transport)
        assert answer.status == 200


async def test_a_client_is_redirected_to_where_it_is() -> None:
    async with camera() as it:
        await it.begin("redirect 60")
        async with Peer(it.port) as peer:
            answer = await peer.ask("DESCRIBE")
            assert (answer.status, answer.headers.get("Location")) == (302, peer.url)


@pytest.mark.parametrize(
    ("fault", "least", "present", "absent"),
    [
        ("sdp-no-video", 100, b"m=audio", b"m=video"),
        ("sdp-broken", 100, b"<html>", b"v=0"),
        ("sdp-huge", 1 << 20, b"m=video", b"<html>"),
        ("sdp-tracks", 60_000, b"m=video", b"sprop"),
        ("sdp-no-sets", 100, b"m=video", b"sprop"),
    ],
)
async def test_the_description_is_not_what_it_should_be(
    fault: str, least: int, present: bytes, absent: bytes
) -> None:
    async with camera() as it:
        await it.begin(f"{fault} 60")
        async with Peer(it.port) as peer:
            answer = await peer.ask("DESCRIBE")
        assert answer.status == 200
        assert len(answer.body) >= least
        assert present in answer.body
        assert absent not in answer.body
