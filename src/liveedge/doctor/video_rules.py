"""Rules about what a camera sends: keyframes, order, codecs, rate, size. Pure."""

from typing import Final

from liveedge.doctor.facts import Facts
from liveedge.doctor.finding import Advice, Code, Level, counted
from liveedge.rtsp.audio import CONVERTED

RARE_KEYFRAMES: Final = 2.2
"""Seconds from keyframe to keyframe above which it is worth saying: two, and what timers make of
them."""
VARYING: Final = 1.5
VARYING_SECONDS: Final = 0.5
"""A GOP this many times, and seconds, longer than another one of the same camera varies."""
HEARD_ENOUGH: Final = 2.0
"""Seconds without a second keyframe that say something."""
HIGH_KBPS: Final = 8000.0
FEWER: Final = 0.8
LOW_FPS: Final = 10.0
LARGE_PIXELS: Final = 2560 * 1440
H265: Final = frozenset({"H265", "HEVC"})
PLAYED_AUDIO: Final = frozenset({"MPEG4-GENERIC", "MP4A-LATM", "OPUS"})


# --- keyframes and order


def keyframes_vary(facts: Facts) -> Advice | None:
    """Smart codecs stretch the interval while little moves."""
    shortest, longest = facts.figures.gop_shortest, facts.figures.gop_longest
    if not varies(shortest, longest):
        return None
    return Advice(
        Code.KEYFRAMES_VARY,
        Level.CHANGE,
        f"Keyframes come after {shortest:.1f} to {longest:.1f} s: a smart codec is on (also called"
        " H.264+, Smart Stream, Zipstream or dynamic GOP); turn it off, and set the keyframe"
        " interval to 1 s.",
    )


def keyframes_rare(facts: Facts) -> Advice | None:
    """HLS waits for a whole GOP, and a lost packet damages the picture until the next keyframe."""
    shortest, longest = facts.figures.gop_shortest, facts.figures.gop_longest
    if shortest is None or longest is None or longest <= RARE_KEYFRAMES:
        return None
    if varies(shortest, longest):
        return None  # the reason is another one, and so is the cure
    return Advice(
        Code.KEYFRAMES_RARE,
        Level.CHANGE,
        f"A keyframe comes every {longest:.1f} s: {_set_interval(facts)} HLS is late by a whole"
        " interval, and a lost packet damages the picture for as long.",
    )


def one_keyframe(facts: Facts) -> Advice | None:
    """The interval is longer than the time that we have listened."""
    longest = facts.figures.gop_longest
    if facts.figures.keyframes != 1 or longest is None or longest < HEARD_ENOUGH:
        return None
    return Advice(
        Code.ONE_KEYFRAME,
        Level.CHANGE,
        f"No second keyframe came in {longest:.1f} s: {_set_interval(facts)} To know the interval,"
        " listen longer with --seconds.",
    )


def b_frames(facts: Facts) -> Advice | None:
    """Each picture waits for later ones, in the camera and in the browser."""
    count, fps = facts.figures.reordered, facts.figures.fps
    if not count or not fps:
        return None
    return Advice(
        Code.B_FRAMES,
        Level.CHANGE,
        f"B-frames are on, which costs {count * 1000 / fps:.0f} ms: set their number to 0, or the"
        " profile to Baseline.",
    )


def reordering_declared(facts: Facts) -> Advice | None:
    """A decoder may hold pictures back because it was told that others could come between."""
    video = facts.video
    if facts.figures.reordered or video is None or not video.reorder_declared:
        return None
    return Advice(
        Code.REORDERING_DECLARED,
        Level.NOTE,
        "No B-frames came, but the camera announces them, and some decoders then hold"
        f" {counted(video.reorder_declared, 'picture')} back: set their number to 0, or the profile"
        " to Baseline.",
    )


# --- what browsers can play


def h265(facts: Facts) -> Advice | None:
    """Whether a browser plays it depends on its maker and on the graphics hardware."""
    videos = [track for track in facts.tracks if track.kind == "video"]
    chosen = [track for track in videos if track.used] or videos[:1]
    if not chosen or chosen[0].codec not in H265:
        return None
    return Advice(
        Code.H265,
        Level.CHANGE,
        "The video is H.265, which some browsers cannot play: set it to H.264.",
    )


def colour_format(facts: Facts) -> Advice | None:
    """10 bits, or more colour than 4:2:0."""
    if facts.video is None or facts.video.playable:
        return None
    return Advice(
        Code.COLOUR_FORMAT,
        Level.CHANGE,
        f"Browsers do not play the profile {facts.video.profile}: set it to Baseline, Main or"
        " High (4:2:0, 8 bits).",
    )


def audio(facts: Facts) -> Advice | None:
    """G.711 and the like."""
    codecs = [track.codec for track in facts.tracks if track.kind == "audio"]
    if not codecs or codecs[0] in PLAYED_AUDIO:
        return None
    if codecs[0] in CONVERTED:
        sentence = (
            f"The sound is {codecs[0]}, which browsers do not play: liveedge makes AAC of it while"
            " somebody listens. Set it to AAC to spare the server that."
        )
    else:
        sentence = (
            f"The sound is {codecs[0] or 'of no known kind'}, which liveedge cannot play: set it to"
            " AAC if you want to hear it."
        )
    return Advice(Code.AUDIO, Level.NOTE, sentence)


# --- rate and size


def bit_rate(facts: Facts) -> Advice | None:
    """Every viewer needs as much."""
    kbps = facts.figures.kbps
    if kbps is None or kbps <= HIGH_KBPS:
        return None
    return Advice(
        Code.BIT_RATE,
        Level.CHANGE,
        f"A bit rate of {kbps / 1000:.0f} Mbit/s is needed by each viewer, too much for many"
        " wireless networks: lower it to 4 Mbit/s or less, or take the camera's sub-stream.",
    )


def large(facts: Facts) -> Advice | None:
    """Decoders of phones and small machines end somewhere above 1440 lines."""
    video = facts.video
    if video is None or (video.width or 0) * (video.height or 0) <= LARGE_PIXELS:
        return None
    return Advice(
        Code.LARGE,
        Level.NOTE,
        f"Pictures of {video.width}x{video.height} are more than some devices decode in time, and"
        " several at once are too much for most: take the camera's sub-stream for a wall.",
    )


def fewer_pictures(facts: Facts) -> Advice | None:
    """In the dark many cameras expose longer."""
    fps = facts.figures.fps
    promised = facts.fps_declared or (facts.video.fps if facts.video else None)
    if fps is None or promised is None or fps >= FEWER * promised:
        return None
    return Advice(
        Code.FEWER_PICTURES,
        Level.NOTE,
        f"{fps:.1f} pictures a second come instead of {promised:.1f}: limit the exposure time (slow"
        " shutter) if it is dark, or lower size or bit rate if the camera is overloaded.",
    )


def few_pictures(facts: Facts) -> Advice | None:
    """A picture cannot be newer than the last one."""
    fps = facts.figures.fps
    if fps is None or fps >= LOW_FPS:
        return None
    return Advice(
        Code.FEW_PICTURES,
        Level.CHANGE,
        f"With {fps:.1f} pictures a second, what is on the screen is up to {1000 / fps:.0f} ms old"
        " before anything else adds to it: set the frame rate to 15 or more.",
    )


def varies(shortest: float | None, longest: float | None) -> bool:
    """Whether keyframe intervals of so many seconds are not one that the camera keeps to."""
    if shortest is None or longest is None:
        return False
    return longest >= VARYING * shortest and longest - shortest >= VARYING_SECONDS


def _set_interval(facts: Facts) -> str:
    fps = facts.figures.fps
    pictures = f" ({fps:.0f} pictures)" if fps else ""
    return f"set the interval to 1 s{pictures}."
