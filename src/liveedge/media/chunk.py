"""One picture, boxed once: the CMAF chunk and the header that travels in front of it.

The bytes built here are the only ones: a live viewer is sent `Chunk.message` as it is, an LL-HLS
part is the payloads of some chunks in a row. The header is the one that
docs/reference/live-protocol.md describes.
"""

from dataclasses import dataclass
from struct import Struct

from liveedge.media.bmff import TRACK_ID

HEADER = Struct(">BBHIIIQQii")
KIND_INIT = 1
KIND_CHUNK = 2
FLAG_SYNC = 1
FLAG_GAP = 2
FLAG_CAMERA_CLOCK = 4
FLAG_DAMAGED = 8

# moof = mfhd + traf(tfhd, tfdt, trun with one sample), laid out once: only numbers change.
# ISO/IEC 14496-12 §8.8.4 to §8.8.12.
_MOOF = Struct(">I4s I4sII I4s I4sII I4sIQ I4sIIi IIIi I4s")
_MOOF_SIZE = _MOOF.size - 8
_TRAF_SIZE = _MOOF_SIZE - 8 - 16
_TFHD_DEFAULT_BASE_IS_MOOF = 0x020000
_TFDT_VERSION_1 = 0x01000000
# Version 1 (signed composition offsets); data offset, duration, size, flags, composition offset.
_TRUN_FLAGS = 0x01000000 | 0x000001 | 0x000100 | 0x000200 | 0x000400 | 0x000800
_TRUN_SIZE = 20 + 16
_SAMPLE_SYNC = 0x02000000
_SAMPLE_NOT_SYNC = 0x01010000

_FRAME = Struct(HEADER.format + _MOOF.format.removeprefix(">"))


@dataclass(slots=True, eq=False)
class Chunk:
    """A CMAF chunk (ISO/IEC 23000-19 §7.3.2.3) of one picture. Times are in 1/90000 s.

    Never changed once made; not frozen, for that would cost a microsecond a frame.
    """

    sequence: int
    epoch: int
    decode_time: int
    duration: int
    """Provisional: that of the frame before, for nobody waits for the next one to know."""
    sync: bool
    gap: bool
    """Media before this chunk is missing."""
    arrival: float
    """Monotonic seconds."""
    capture_us: int
    """Unix microseconds."""
    message: bytes
    """Header and chunk, ready for a live viewer."""
    damaged: bool = False
    """It refers to media that is missing."""

    @property
    def payload(self) -> memoryview:
        """The chunk alone: `moof` and `mdat`."""
        return memoryview(self.message)[HEADER.size :]


def frame_chunk(
    nals: list[bytes],
    *,
    stream: int,
    epoch: int,
    sequence: int,
    flags: int,
    decode_time: int,
    composition_offset: int,
    duration: int,
    sample_duration: int,
    capture_us: int,
    arrival_delay_us: int,
    nal_lengths: bool = True,
) -> bytes:
    """Box one picture: header, `moof`, `mdat` with 4-byte NAL unit lengths, in one copy.

    Without `nal_lengths` the pieces are boxed as they are, as sound is.

    Media times are in 1/90000 s; `duration` is told to live viewers and `sample_duration` is in the
    `trun`, which must not be too short (see `Packager`). `capture_us` is Unix time and
    `arrival_delay_us` the time from then until the picture's last byte arrived, both in
    microseconds.
    """
    pieces: list[bytes] = [b""]
    size = 0
    if nal_lengths:
        for nal in nals:
            length = len(nal)
            pieces.append(length.to_bytes(4, "big"))
            pieces.append(nal)
            size += length + 4
    else:
        pieces += nals
        size = sum(map(len, nals))
    pieces[0] = _FRAME.pack(
        KIND_CHUNK, flags, stream, epoch, sequence & 0xFFFFFFFF, duration, decode_time,
        capture_us, arrival_delay_us, composition_offset,
        _MOOF_SIZE, b"moof",
        16, b"mfhd", 0, sequence & 0xFFFFFFFF,
        _TRAF_SIZE, b"traf",
        16, b"tfhd", _TFHD_DEFAULT_BASE_IS_MOOF, TRACK_ID,
        20, b"tfdt", _TFDT_VERSION_1, decode_time,
        _TRUN_SIZE, b"trun", _TRUN_FLAGS, 1, _MOOF.size,
        sample_duration, size, _SAMPLE_SYNC if flags & FLAG_SYNC else _SAMPLE_NOT_SYNC,
        composition_offset,
        8 + size, b"mdat",
    )  # fmt: skip
    return b"".join(pieces)


def frame_init(init: bytes, stream: int, epoch: int) -> bytes:
    """An init segment with the header that announces it to live viewers."""
    return HEADER.pack(KIND_INIT, 0, stream, epoch, 0, 0, 0, 0, 0, 0) + init
