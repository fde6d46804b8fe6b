"""The guards without which the server would leak, grow, hang or be misused, and who watches them.

Each entry takes one guard out of the code and names the tests that have to notice it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard, how it is taken out, and the tests that must fail then."""

    name: str
    """What is so because of it."""
    file: str
    """Below `src/liveedge`."""
    text: str
    """Stands there exactly once."""
    without: str
    """What stands there instead, with the guard taken out."""
    tests: tuple[str, ...]
    """`path::function` below `tests`; of one with parameters, one case has to fail."""

    @property
    def path(self) -> Path:
        """The file that holds it."""
        return ROOT / "src" / "liveedge" / self.file


GUARDS: Final = (
    Guard(
        "A stream that has stalled is connected to anew",
        "health/monitor.py",
        "            patient.interrupt(remedy)",
        "            pass",
        (
            "health/test_monitor.py::test_a_stalled_stream_is_reconnected_and_no_other",
            (
                "streams/test_health.py::"
                "test_a_stall_is_noticed_within_the_limit_and_the_camera_reconnected"
            ),
        ),
    ),
    Guard(
        "A connection that brings no pictures any more is given up (half-open TCP)",
        "rtsp/deadlines.py",
        "    left = timeouts.stall - (now - completed)",
        "    left = timeouts.stall",
        ("rtsp/test_deadlines.py::test_video_that_has_stopped_is_said",),
    ),
    Guard(
        "Credentials that a camera repeats are in no error",
        "rtsp/client.py",
        """sentence = _QUOTED.sub('"…"', sentence)""",
        "pass",
        (
            (
                "rtsp/test_client.py::"
                "test_a_camera_that_repeats_the_credentials_does_not_get_them_shown"
            ),
        ),
    ),
    Guard(
        "Refused credentials are not tried again in a hurry, which locks accounts",
        "ingest/backoff.py",
        "slow = None if delivered else SLOW.get(reason)",
        "slow = None",
        ("ingest/test_backoff.py::test_wrong_credentials_and_paths_are_not_hammered",),
    ),
    Guard(
        "A viewer that has fallen behind goes on at the newest sync frame",
        "window/cursor.py",
        "if chunk is None or self._is_behind(chunk):",
        "if chunk is None:",
        (
            (
                "window/test_window.py::"
                "test_a_second_behind_goes_there_too_although_its_place_is_still_kept"
            ),
        ),
    ),
    Guard(
        "A viewer that takes nothing is given up",
        "delivery/live/session.py",
        "async with asyncio.timeout(SEND_DEADLINE):",
        "async with asyncio.timeout(None):",
        ("delivery/live/test_session.py::test_who_never_reads_is_given_up",),
    ),
    Guard(
        "Control messages do not pile up for a viewer that does not read",
        "delivery/live/session.py",
        "if len(self._control) >= MAX_CONTROL_BACKLOG:",
        "if len(self._control) < 0:",
        (
            (
                "delivery/live/test_session.py::"
                "test_control_messages_of_a_client_that_does_not_read_are_bounded"
            ),
        ),
    ),
    Guard(
        "A window holds so many bytes at most",
        "window/window.py",
        "while self._bytes > self._max_bytes or (",
        "while (",
        ("window/test_window.py::test_what_it_holds_is_bounded_even_without_sync_frames",),
    ),
    Guard(
        "Headers without an end are not collected",
        "rtsp/framing.py",
        "        if len(head) >= MAX_HEAD:",
        "        if len(head) < 0:",
        ("rtsp/test_framing.py::test_endless_headers_are_refused_within_the_limit",),
    ),
    Guard(
        "A picture without an end is not collected",
        "rtsp/h264.py",
        "        if self._room < 0:",
        "        if self._room < float('-inf'):",
        ("rtsp/test_h264.py::test_a_picture_has_a_largest_size",),
    ),
    Guard(
        "Other parameter sets open an epoch, so that players decode with the right ones",
        "packaging/packager.py",
        "if self._changed and unit.sync:",
        "if self.epoch is None and unit.sync:",
        (
            (
                "packaging/test_packager.py::"
                "test_new_parameter_sets_open_an_epoch_at_the_next_sync_frame"
            ),
        ),
    ),
    Guard(
        "A page of another site cannot stop a camera",
        "api/cross_site.py",
        "if site is not None and site.lower() not in _OWN:",
        "if False:",
        (
            "api/test_control.py::test_what_another_site_may_have_sent_is_refused",
            "api/test_control.py::test_every_route_that_changes_something_is_guarded",
        ),
    ),
    Guard(
        "A page of another site cannot watch",
        "delivery/live/endpoint.py",
        "if not admits(self._embed_origins, headers):",
        "if False:",
        (
            (
                "delivery/live/test_endpoint.py::"
                "test_a_page_of_another_origin_is_refused_before_it_is_accepted"
            ),
        ),
    ),
)
