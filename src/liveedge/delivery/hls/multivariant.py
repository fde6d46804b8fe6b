"""The multivariant playlist (RFC 8216bis §4.4.6): what players have to know before any media."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from liveedge.delivery.hls.playlist import VERSION, media_name
from liveedge.media.bmff import VIDEO_TIMESCALE
from liveedge.media.epoch import Epoch
from liveedge.window.segment import Rate, Segment
from liveedge.window.segments import SegmentList

_GROUP: Final = "sound"


@dataclass(frozen=True, slots=True)
class Variant:
    """The pictures of one stream (§4.4.6.2); rates in bit/s."""

    uri: str
    peak: int
    average: int
    frame_rate: float
    codec: str
    """As in RFC 6381."""
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound that goes with them (§4.4.6.1)."""

    uri: str
    codec: str
    channels: int
    bit_rate: int


def describe(stream: SegmentList) -> Variant:
    """What was measured of a stream that has a playlist."""
    targets, segments = stream.targets, stream.segments
    if targets is None or not segments:
        raise AssertionError("there is nothing to describe before there is a part")
    epoch = segments[-1].epoch
    if not isinstance(epoch, Epoch):
        raise TypeError("a variant is described by its pictures")
    rates = list(stream.recent) or [_so_far(segments)]
    seconds = sum(rate.duration for rate in rates) / VIDEO_TIMESCALE
    return Variant(
        media_name(stream.token, targets),
        ceil(max(8 * rate.size * VIDEO_TIMESCALE / rate.duration for rate in rates)),
        ceil(8 * sum(rate.size for rate in rates) / seconds),
        sum(rate.pictures for rate in rates) / seconds,
        epoch.codec,
        epoch.config.parameters.width,
        epoch.config.parameters.height,
    )


def multivariant_playlist(variants: Sequence[Variant], sound: Sound | None = None) -> str:
    """The playlist; the first variant is the one that players begin with."""
    lines = ["#EXTM3U", f"#EXT-X-VERSION:{VERSION}", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound is not None:
        lines.append(
            f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{_GROUP}",NAME="Sound",DEFAULT=YES,'
            f'AUTOSELECT=YES,CHANNELS="{sound.channels}",URI="{sound.uri}"'
        )
    for variant in variants:
        lines += [_stream_inf(variant, sound), variant.uri]
    return "\n".join(lines) + "\n"


def _stream_inf(variant: Variant, sound: Sound | None) -> str:
    more, codecs, group = 0, variant.codec, ""
    if sound is not None:
        # What a variant takes includes its renditions, and so do the codecs.
        more, codecs, group = sound.bit_rate, f"{codecs},{sound.codec}", f',AUDIO="{_GROUP}"'
    return (
        f"#EXT-X-STREAM-INF:BANDWIDTH={variant.peak + more},"
        f"AVERAGE-BANDWIDTH={variant.average + more},FRAME-RATE={variant.frame_rate:.3f},"
        f'CODECS="{codecs}",RESOLUTION={variant.width}x{variant.height}{group}'
    )


def _so_far(segments: list[Segment]) -> Rate:
    """What the first segment of a stream has taken until now."""
    segment = segments[-1]
    return Rate(segment.size, sum(1 for _ in segment.chunks), segment.length)
