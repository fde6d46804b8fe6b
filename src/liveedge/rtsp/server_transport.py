"""Which of the ways that a client offers for a track a server takes (RFC 2326 §12.39)."""

import re
from collections.abc import Container

from liveedge.rtsp.transport import OVER_UDP, parse_transports

_INTERLEAVED = re.compile(r"interleaved=(\d{1,3})(?:-(\d{1,3}))?")


def interleaved_channels(transport: str, taken: Container[int] = ()) -> tuple[int, int] | None:
    """Return the channels of the first transport that we offer, None if there is none.

    Transport header: RFC 2326 §12.39. A client that names no channels gets the first two that its
    other tracks have not `taken`.
    """
    for offer in transport.lower().replace(" ", "").split(","):
        protocol, *parameters = offer.split(";")
        if protocol != "rtp/avp/tcp" or "multicast" in parameters:
            continue
        if any(name.startswith("mode=") and "play" not in name for name in parameters):
            continue
        asked = [name for name in parameters if name.startswith("interleaved=")]
        if not asked:
            pairs = ((rtp, rtp + 1) for rtp in range(0, 256, 2))
            return next(pair for pair in pairs if not any(each in taken for each in pair))
        found = _INTERLEAVED.fullmatch(asked[0])
        if found is None:
            continue
        rtp = int(found[1])
        rtcp = int(found[2]) if found[2] else rtp + 1
        free = rtp not in taken and rtcp not in taken
        if free and rtp != rtcp and max(rtp, rtcp) <= 0xFF:
            return rtp, rtcp
    return None


def client_ports(offer: str) -> tuple[int, int] | None:
    """Return the ports where a client wants RTP and RTCP over UDP, None if it does not."""
    for asked in parse_transports(offer):
        ports = asked.client_port
        if asked.protocol in OVER_UDP and asked.unicast and ports and all(ports):
            return ports
    return None
