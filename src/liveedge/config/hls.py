"""Settings of HLS, in seconds and bytes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from liveedge.config.origins import check_origins
from liveedge.errors import ConfigError

SHORTEST_SEGMENT: Final = 0.3
"""Seconds. Media sequence numbers count on it: see `liveedge.window.numbering`."""
LONGEST_SEGMENT: Final = 10.0
SHORTEST_PART: Final = 0.03
FEWEST_SEGMENTS: Final = 2
LEAST_BYTES: Final = 1_000_000


class ListedQualities(StrEnum):
    """Which qualities a multivariant playlist lists beside the camera's own stream."""

    NONE = "none"
    CAMERA = "camera"
    """Sub-streams, which cost this server nothing."""
    ALL = "all"
    """Also what is transcoded: players that open every variant start a transcode of each."""


@dataclass(frozen=True, slots=True)
class HlsSettings:
    """How streams are cut, how much of them is listed, and who may read and cache them."""

    segment_seconds: float = 0.5
    """Wish for the length of a segment. A segment begins with a sync frame, so that it lasts one
    or more GOPs of the camera: the fewest that reach the wish."""
    part_seconds: float = 0.1
    """Wish for the length of an LL-HLS part; it lasts the nearest whole number of frames."""
    segments: int | None = None
    """How many complete segments a playlist lists. None: as few as RFC 8216bis §6.2.2 allows,
    which is three target durations. Fewer than that means less memory, and players that stop."""
    qualities: ListedQualities = ListedQualities.CAMERA
    """Which qualities `index.m3u8` lists; every one has a playlist of its own besides."""
    cdn: bool = False
    """True: media may be kept by browsers and caches, for its URLs are never used again. False:
    everything is asked for again (`no-cache`)."""
    cors_origins: frozenset[str] = frozenset()
    """Origins of pages on other servers that may read the streams (`https://example.org`), or
    `*` for all. Empty: only pages of this server."""
    max_bytes: int = 64 * 1024 * 1024
    """What the segments of one stream may take; the oldest go first. Pictures that the live
    window holds too are counted here as well, though they are in memory once."""
    max_waiting: int = 4096
    """How many requests of all viewers may wait for something that does not exist yet."""

    def __post_init__(self) -> None:
        check_origins(self.cors_origins, "cors_origins")
        if not SHORTEST_SEGMENT <= self.segment_seconds <= LONGEST_SEGMENT:
            raise ConfigError(
                f"segment_seconds must be from {SHORTEST_SEGMENT} to {LONGEST_SEGMENT:g} seconds."
            )
        if not SHORTEST_PART <= self.part_seconds <= self.segment_seconds:
            raise ConfigError(
                f"part_seconds must be at least {SHORTEST_PART} and at most segment_seconds."
            )
        if self.segments is not None and self.segments < FEWEST_SEGMENTS:
            raise ConfigError(f"segments must be at least {FEWEST_SEGMENTS}, or left out.")
        if self.max_bytes < LEAST_BYTES:
            raise ConfigError(f"max_bytes must be at least {LEAST_BYTES}.")
        if self.max_waiting < 0:
            raise ConfigError("max_waiting must be 0 or more.")


DEFAULT_HLS: Final = HlsSettings()
