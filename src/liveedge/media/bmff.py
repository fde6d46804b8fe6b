"""ISO base media file format (ISO/IEC 14496-12): boxes, and the init segment of a track."""

from struct import pack

from liveedge.media.audio import AudioConfig
from liveedge.media.video import VideoConfig

VIDEO_TIMESCALE = 90_000
"""Units a second of all times: the RTP clock of video (RFC 6184 §8.2.1), unchanged."""

TRACK_ID = 1

_UNITY_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_LANGUAGE_UNDETERMINED = 0x55C4


def box(kind: bytes, *payload: bytes) -> bytes:
    """A box (§4.2): 32-bit size, four-character type, payload."""
    body = b"".join(payload)
    return pack(">I4s", 8 + len(body), kind) + body


def full_box(kind: bytes, version: int, flags: int, *payload: bytes) -> bytes:
    """A full box (§4.2): a box whose payload begins with version and flags."""
    return box(kind, pack(">I", version << 24 | flags), *payload)


def init_segment(config: VideoConfig) -> bytes:
    """The CMAF header (`ftyp` `moov`) of a live video track.

    All durations are 0 and there is no `mehd`: that is how Chromium tells a live stream and
    renders it without holding frames back.
    """
    header = _track_header(config.parameters.width, config.parameters.height)
    media = _media(b"vide", full_box(b"vmhd", 0, 1, bytes(8)), _sample_entry(config))
    return _file(config.brand, header, media)


def audio_init_segment(config: AudioConfig) -> bytes:
    """The same of a live audio track, on the time axis of the video."""
    media = _media(b"soun", full_box(b"smhd", 0, 0, bytes(4)), _audio_sample_entry(config))
    return _file(b"", _track_header(0, 0, volume=0x100), media)


def _file(brand: bytes, track_header: bytes, media: bytes) -> bytes:
    return box(b"ftyp", b"iso6", pack(">I", 0), b"iso6cmfc", brand) + box(
        b"moov",
        full_box(
            b"mvhd",
            0,
            0,
            pack(">IIIIIH10x", 0, 0, VIDEO_TIMESCALE, 0, 0x10000, 0x100),
            _UNITY_MATRIX,
            bytes(24),
            pack(">I", TRACK_ID + 1),
        ),
        box(b"trak", track_header, media),
        box(b"mvex", full_box(b"trex", 0, 0, pack(">5I", TRACK_ID, 1, 0, 0, 0))),
    )


def _track_header(width: int, height: int, volume: int = 0) -> bytes:
    enabled_in_movie = 3
    return full_box(
        b"tkhd",
        0,
        enabled_in_movie,
        pack(">IIIII8xhhhH", 0, 0, TRACK_ID, 0, 0, 0, 0, volume, 0),
        _UNITY_MATRIX,
        pack(">II", width << 16, height << 16),
    )


def _media(handler: bytes, header: bytes, sample_entry: bytes) -> bytes:
    empty_table = pack(">I", 0)
    samples = box(
        b"stbl",
        full_box(b"stsd", 0, 0, pack(">I", 1), sample_entry),
        full_box(b"stts", 0, 0, empty_table),
        full_box(b"stsc", 0, 0, empty_table),
        full_box(b"stsz", 0, 0, pack(">I", 0), empty_table),
        full_box(b"stco", 0, 0, empty_table),
    )
    in_same_file = full_box(b"url ", 0, 1)
    return box(
        b"mdia",
        full_box(
            b"mdhd", 0, 0, pack(">IIIIHH", 0, 0, VIDEO_TIMESCALE, 0, _LANGUAGE_UNDETERMINED, 0)
        ),
        full_box(b"hdlr", 0, 0, pack(">I4s12x", 0, handler), b"liveedge\x00"),
        box(
            b"minf",
            header,
            box(b"dinf", full_box(b"dref", 0, 0, pack(">I", 1), in_same_file)),
            samples,
        ),
    )


def _sample_entry(config: VideoConfig) -> bytes:
    """A visual sample entry (§12.1.3): parameter sets live here and nowhere else."""
    pixels_per_inch_72 = 0x480000
    return box(
        config.sample_entry,
        pack(">6xH16x", 1),
        pack(">HHIIIH", config.parameters.width, config.parameters.height, pixels_per_inch_72,
             pixels_per_inch_72, 0, 1),
        bytes(32),
        pack(">Hh", 0x18, -1),
        box(*config.record),
    )  # fmt: skip


def _audio_sample_entry(config: AudioConfig) -> bytes:
    """An audio sample entry (§12.2.3)."""
    sample_size = 16
    return box(
        config.sample_entry,
        pack(">6xH8x", 1),
        pack(">HHIHxx", config.channels, sample_size, 0, config.sample_rate),
        config.description,
    )
