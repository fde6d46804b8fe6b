"""The codecs that the virtual camera has: what differs between H.264 and H.265 on its way out."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

MAX_PAYLOAD = 1400
"""Octets of RTP payload in a packet; with all headers it fits an Ethernet frame."""

_FU_A, _FU = 28, 49
_FU_START, _FU_END = 0x80, 0x40


@dataclass(frozen=True, slots=True)
class Codec:
    """How pictures are encoded, told apart, sent and described."""

    name: str
    """As the command line says it."""
    encoding: str
    """The encoding name of its `a=rtpmap`."""
    library: str
    """FFmpeg's name of the encoder."""
    options: str
    """FFmpeg's name of the option with the encoder's own parameters."""
    parameters: str
    """Own parameters besides rate and GOP: one thread, no delay, no B pictures."""
    kind: Callable[[bytes], int]
    """The type of a NAL unit."""
    sync: frozenset[int]
    parameter_sets: frozenset[int]
    supplement: int
    """The type of SEI in front of a picture."""
    sync_header: bytes
    """The header of a NAL unit of a sync frame."""
    payloads_of: Callable[[bytes], list[bytes]]
    """Takes a NAL unit to one RTP payload, or to fragments if it is too long for that."""
    describe: Callable[[tuple[bytes, ...]], tuple[str, ...]]
    """The `a=fmtp` parameters for these parameter sets."""

    def is_sync(self, nals: list[bytes]) -> bool:
        """Return whether decoding can begin at an access unit."""
        return any(self.kind(nal) in self.sync for nal in nals)


def _fragments(nal: bytes, indicator: bytes, kind: int) -> list[bytes]:
    """Cut a NAL unit behind its header; the first octet of each fragment says where it belongs."""
    step = MAX_PAYLOAD - len(indicator) - 1
    begin = len(indicator)
    payloads = []
    for start in range(begin, len(nal), step):
        flags = (_FU_START if start == begin else 0) | (_FU_END if start + step >= len(nal) else 0)
        payloads.append(indicator + bytes((flags | kind,)) + nal[start : start + step])
    return payloads


def _h264_payloads(nal: bytes) -> list[bytes]:
    """FU-A: RFC 6184 §5.8."""
    if len(nal) <= MAX_PAYLOAD:
        return [nal]
    return _fragments(nal, bytes((nal[0] & 0xE0 | _FU_A,)), nal[0] & 0x1F)


def _h265_payloads(nal: bytes) -> list[bytes]:
    """FU: RFC 7798 §4.4.3."""
    if len(nal) <= MAX_PAYLOAD:
        return [nal]
    return _fragments(nal, bytes((nal[0] & 0x81 | _FU << 1, nal[1])), nal[0] >> 1)


def _h264_parameters(sets: tuple[bytes, ...]) -> tuple[str, ...]:
    """RFC 6184 §8.2.1."""
    return (
        "packetization-mode=1",
        f"profile-level-id={sets[0][1:4].hex().upper()}",
        "sprop-parameter-sets=" + ",".join(b64encode(nal).decode() for nal in sets),
    )


def _h265_parameters(sets: tuple[bytes, ...]) -> tuple[str, ...]:
    """RFC 7798 §7.2.1."""
    names = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}
    return tuple(f"{names[nal[0] >> 1]}={b64encode(nal).decode()}" for nal in sets)


H264 = Codec(
    "h264",
    "H264",
    "libx264",
    "x264-params",
    "threads=1:sliced-threads=0",
    kind=lambda nal: nal[0] & 0x1F,
    sync=frozenset({5}),
    parameter_sets=frozenset({7, 8}),
    supplement=6,
    sync_header=b"\x65",
    payloads_of=_h264_payloads,
    describe=_h264_parameters,
)
H265 = Codec(
    "h265",
    "H265",
    "libx265",
    "x265-params",
    "pools=none:frame-threads=1:open-gop=0:info=0:log-level=none",
    kind=lambda nal: nal[0] >> 1,
    sync=frozenset({19, 20}),
    parameter_sets=frozenset({32, 33, 34}),
    supplement=39,
    sync_header=b"\x26\x01",
    payloads_of=_h265_payloads,
    describe=_h265_parameters,
)
CODECS = {codec.name: codec for codec in (H264, H265)}
