"""Settings of health, in seconds."""

from typing import Final

STALL_SECONDS: Final = 1.5
"""A stall is noticed within this time, and the camera is connected to anew. A camera that sends
less than three pictures a second is given the time of four pictures."""
SHORTEST_STALL: Final = 0.5
LONGEST_STALL: Final = 600.0
