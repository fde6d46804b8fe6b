"""What a stream did recently, sampled each time somebody looks at it."""

from typing import Final

from liveedge.health.frame_rate import FrameRate
from liveedge.health.recent import Recent

PACKETS_SECONDS: Final = 10.0
EVENTS_SECONDS: Final = 60.0
RECONNECTS_SECONDS: Final = 300.0


class History:
    """The recent past of one stream: counters come in as they are, and only ever rise."""

    def __init__(self) -> None:
        self.frame_rate = FrameRate()
        self.packets = Recent(PACKETS_SECONDS)
        self.lost = Recent(PACKETS_SECONDS)
        self.jumps = Recent(EVENTS_SECONDS)
        self.parameter_changes = Recent(EVENTS_SECONDS)
        self.reconnects = Recent(RECONNECTS_SECONDS)
