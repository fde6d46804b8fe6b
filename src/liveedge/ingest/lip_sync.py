"""Where sound belongs on the time axis of the video."""

from typing import Final

from liveedge.ingest.timeline import TIMESCALE

_SMOOTHING: Final = 16
"""Pictures over which the relation of media time and arrival is averaged."""
_TOLERANCE: Final = TIMESCALE * 40 // 1000
"""How far sound may run away from the pictures taken at the same moment."""
_ROUGH_TOLERANCE: Final = TIMESCALE * 200 // 1000
"""The same where only arrivals are known, which jitter."""

_FARTHEST: Final = TIMESCALE * 10
"""How far sound on the axis of the pictures may be from the newest one."""


class LipSync:
    """Ties the sound of a camera to its pictures.

    Both tracks have sender reports that can be believed: then what was captured at the same moment
    gets the same media time. Else what arrived at the same moment does. From one unit to the next
    the track's own RTP clock is exact, so it is followed until it has run away.
    """

    def __init__(self) -> None:
        self.jumps = 0
        """How often sound had to be placed anew."""
        self._captured: float | None = None
        """Media time minus capture time of the newest picture, None without a camera's clock."""
        self._arrived: float | None = None
        """The same with arrivals, averaged."""
        self._anchor: tuple[int, int] | None = None
        """RTP time and media time of the newest unit."""
        self._fraction = 0.0
        self._picture = 0, 0
        """RTP time and media time of the newest picture."""

    def restart(self) -> None:
        """Forget everything: both tracks come from a new session."""
        self._captured = self._arrived = self._anchor = None

    def picture(
        self,
        media_time: int,
        capture_us: int,
        arrival_us: int,
        camera_clock: bool,
        rtp_time: int = 0,
    ) -> None:
        """Note where a picture was placed; times as `place` has them."""
        self._picture = rtp_time, media_time
        self._captured = media_time - capture_us * 0.09 if camera_clock else None
        arrived = media_time - arrival_us * 0.09
        known = self._arrived
        if known is None or abs(arrived - known) > TIMESCALE:
            self._arrived = arrived
        else:
            self._arrived = known + (arrived - known) / _SMOOTHING

    def place_beside(self, rtp_time: int) -> tuple[int, bool] | None:
        """The same as `place` for a unit whose RTP time is on the axis of that of the pictures."""
        if self._arrived is None:
            return None
        picture_rtp, picture_media = self._picture
        step = (rtp_time - picture_rtp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
        media_time = picture_media + step
        last = -1 if self._anchor is None else self._anchor[1]
        if media_time <= last or abs(step) > _FARTHEST:
            return None
        self._anchor = rtp_time, media_time
        return media_time, False

    def place(
        self,
        rtp_time: int,
        clock_rate: int,
        capture_us: int,
        arrival_us: int,
        camera_clock: bool,
    ) -> tuple[int, bool] | None:
        """Media time of a unit in 1/90000 s, and whether sound before it is missing.

        None if it has no place: there is no picture to tie it to, it is older than the first one,
        or it would go back. Clock times are Unix microseconds; `camera_clock` says that the capture
        time is the camera's.
        """
        if self._arrived is None:
            return None
        if camera_clock and self._captured is not None:
            wanted, tolerance = capture_us * 0.09 + self._captured, _TOLERANCE
        else:
            wanted, tolerance = arrival_us * 0.09 + self._arrived, _ROUGH_TOLERANCE
        anchor = self._anchor
        if anchor is not None:
            last_rtp, last_media = anchor
            step = (rtp_time - last_rtp + 0x80000000 & 0xFFFFFFFF) - 0x80000000
            exact = last_media + self._fraction + step * TIMESCALE / clock_rate
            media_time = int(exact)
            if step > 0 and abs(wanted - exact) <= tolerance:
                self._fraction = exact - media_time
                self._anchor = rtp_time, media_time
                return media_time, False
            if wanted <= last_media:
                # Something else is heard at that time already.
                return None
            self.jumps += 1
        media_time = round(wanted)
        if media_time < 0:
            # It is older than the first picture; at its time it would drag all that follows along.
            return None
        self._fraction = 0.0
        self._anchor = rtp_time, media_time
        return media_time, anchor is not None
