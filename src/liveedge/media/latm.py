"""The multiplex of MPEG-4 audio, as far as one AAC track needs it (ISO/IEC 14496-3 §1.7.3)."""

from collections.abc import Iterator
from dataclasses import dataclass

from liveedge.errors import ProtocolError
from liveedge.media.audio import (
    SYNC_EXTENSION,
    AudioConfig,
    aac_config,
    low_complexity_specific,
    read_frequency,
    read_specific,
)
from liveedge.media.bits import BitReader

_MAX_CONFIG = 128
"""Octets of a StreamMuxConfig."""


@dataclass(frozen=True, slots=True)
class StreamMux:
    """A StreamMuxConfig with one program of one layer."""

    config: AudioConfig
    specific: bytes
    """The AudioSpecificConfig in it, filled up to octets."""
    frames: int
    """Access units of each AudioMuxElement."""


def parse_stream_mux(data: bytes) -> StreamMux:
    """Read a StreamMuxConfig; raise `ProtocolError` if it is none, or not one AAC track."""
    if len(data) > _MAX_CONFIG:
        raise ProtocolError("The camera describes its sound by more than a configuration.")
    # GStreamer ends it behind the AudioSpecificConfig; what is missing is all zeros.
    return read_stream_mux(BitReader(data + bytes(2)))


def plain_mux(sample_rate: int, channels: int) -> StreamMux:
    """AAC-LC, one access unit in each element; raise `ValueError` for a rate without an index."""
    specific = low_complexity_specific(sample_rate, channels)
    return StreamMux(aac_config(specific), specific, 1)


def read_stream_mux(reader: BitReader) -> StreamMux:
    """Read StreamMuxConfig (table 1.42); raise `ProtocolError` if it is not one AAC track."""
    version = reader.bits(1)
    if version and reader.flag():  # audioMuxVersionA
        raise _unknown()
    if version:
        _value(reader)  # taraBufferFullness
    same_time_framing = reader.flag()
    frames = reader.bits(6) + 1
    if not same_time_framing or reader.bits(4) or reader.bits(3):
        raise _unknown()  # More programs, or more layers.
    specific = _specific(reader, _value(reader) if version else None)
    if reader.bits(3):  # frameLengthType
        raise _unknown()
    reader.bits(8)  # latmBufferFullness
    if reader.flag():  # otherDataPresent
        raise _unknown()
    if reader.flag():  # crcCheckPresent
        reader.bits(8)
    return StreamMux(aac_config(specific), specific, frames)


def access_units(reader: BitReader, mux: StreamMux, limit: int) -> Iterator[bytes]:
    """The access units of PayloadLengthInfo and PayloadMux (tables 1.44, 1.45).

    Raises `ProtocolError` if they end too early, or if one exceeds `limit` octets.
    """
    for _ in range(mux.frames):
        size, more = 0, 255
        while more == 255:
            more = reader.bits(8)
            size += more
        if not 0 < size <= limit:
            raise ProtocolError("The camera sends sound of an impossible size.")
        yield reader.bits(8 * size).to_bytes(size, "big")


def _specific(reader: BitReader, bits: int | None) -> bytes:
    """AudioSpecificConfig, of so many bits if it is said how many."""
    ahead = reader.copy()
    read_specific(ahead)
    if bits is None:
        # By the standard no extension follows here; by GStreamer one does.
        if ahead.left >= 17 and ahead.copy().bits(11) == SYNC_EXTENSION:
            ahead.bits(16)
            if ahead.flag():
                read_frequency(ahead)
        bits = reader.left - ahead.left
    octets = -(-bits // 8)
    if octets > _MAX_CONFIG:
        raise _unknown()
    return (reader.bits(bits) << -bits % 8).to_bytes(octets, "big")


def _value(reader: BitReader) -> int:
    """LatmGetValue (table 1.43)."""
    octets = reader.bits(2) + 1
    return reader.bits(8 * octets)


def _unknown() -> ProtocolError:
    return ProtocolError("The camera sends its sound in a multiplex of another kind.")
