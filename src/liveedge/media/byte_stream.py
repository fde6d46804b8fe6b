"""The two ways in which NAL units are strung together outside RTP."""

from collections.abc import Iterable
from struct import Struct
from typing import Final

from liveedge.errors import ProtocolError

_SMALL_START_CODE: Final = b"\x00\x00\x01"
_LENGTH: Final = Struct(">I")
_AVCC_HEAD: Final = 5
_HVCC_HEAD: Final = 22


def split_annex_b(stream: bytes) -> list[bytes]:
    """The NAL units between the start codes of ITU-T H.264 or H.265 Annex B."""
    # A zero before a start code belongs to it, for no NAL unit ends with one (H.264 §7.4.1).
    return [nal for piece in stream.split(_SMALL_START_CODE) if (nal := piece.rstrip(b"\x00"))]


def split_lengths(sample: bytes, size: int = 4) -> list[bytes]:
    """The NAL units of a sample, each behind its length in `size` octets (ISO/IEC 14496-15 §4.3).

    Raises `ProtocolError` if the lengths do not fit the sample.
    """
    nals, place = [], 0
    while place < len(sample):
        end = place + size + int.from_bytes(sample[place : place + size], "big")
        if end > len(sample):
            raise ProtocolError("A picture's NAL units are longer than the picture.")
        if end > place + size:
            nals.append(sample[place + size : end])
        place = end
    return nals


def join_lengths(nals: Iterable[bytes]) -> bytes:
    """A sample of NAL units, each behind its length in four octets."""
    return b"".join(piece for nal in nals for piece in (_LENGTH.pack(len(nal)), nal))


def parse_avcc(record: bytes) -> tuple[int, list[bytes]]:
    """Length size and parameter sets of an AVCDecoderConfigurationRecord (§5.3.3.1)."""
    try:
        place = _AVCC_HEAD
        nals = []
        for mask in (0x1F, 0xFF):
            count = record[place] & mask
            place += 1
            for _ in range(count):
                nal, place = _sized(record, place)
                nals.append(nal)
    except IndexError:
        raise _truncated() from None
    return (record[4] & 3) + 1, nals


def parse_hvcc(record: bytes) -> tuple[int, list[bytes]]:
    """Length size and parameter sets of an HEVCDecoderConfigurationRecord (§8.3.3.1)."""
    try:
        place = _HVCC_HEAD + 1
        nals = []
        for _ in range(record[_HVCC_HEAD]):
            count = record[place + 1] << 8 | record[place + 2]
            place += 3
            for _ in range(count):
                nal, place = _sized(record, place)
                nals.append(nal)
    except IndexError:
        raise _truncated() from None
    return (record[21] & 3) + 1, nals


def _sized(record: bytes, place: int) -> tuple[bytes, int]:
    end = place + 2 + (record[place] << 8 | record[place + 1])
    if end > len(record):
        raise IndexError
    return record[place + 2 : end], end


def _truncated() -> ProtocolError:
    return ProtocolError("A decoder configuration record ends too early.")
