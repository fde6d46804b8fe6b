"""The Transport (RFC 2326 §12.39) and Session (§12.37) headers."""

from dataclasses import dataclass, replace

from liveedge.errors import ProtocolError
from liveedge.rtsp.messages import shown

DEFAULT_SESSION_TIMEOUT = 60.0
"""Seconds, where the Session header names none."""
MAX_SESSION_TIMEOUT = 3600.0


@dataclass(frozen=True, slots=True)
class Transport:
    """One way to carry a track: the protocol and those parameters that we know."""

    protocol: str
    """`RTP/AVP/TCP`, `RTP/AVP` (over UDP), …; upper case."""
    unicast: bool = True
    interleaved: tuple[int, int] | None = None
    """Channels of RTP and RTCP on the RTSP connection itself."""
    client_port: tuple[int, int] | None = None
    server_port: tuple[int, int] | None = None
    ssrc: int | None = None
    source: str | None = None
    """Where packets come from, an address or a name, if the camera says so."""

    def __str__(self) -> str:
        parts = [self.protocol, "unicast" if self.unicast else "multicast"]
        for name in ("client_port", "server_port", "interleaved"):
            pair: tuple[int, int] | None = getattr(self, name)
            if pair is not None:
                parts.append(f"{name}={pair[0]}-{pair[1]}")
        if self.ssrc is not None:
            parts.append(f"ssrc={self.ssrc:08X}")
        return ";".join(parts)


INTERLEAVED = Transport("RTP/AVP/TCP", interleaved=(0, 1))
"""On the RTSP connection itself, RTP on channel 0 and RTCP on channel 1."""
OVER_UDP = frozenset({"RTP/AVP", "RTP/AVP/UDP"})


def agree(wanted: Transport, answer: str | None) -> Transport | None:
    """Return how a track will come after an answer to SETUP; None if not as it was `wanted`.

    `answer` is the Transport header. Where it says nothing, it means what was asked for.
    """
    chosen = next(iter(parse_transports(answer or "")), wanted)
    if wanted.client_port is None:
        # Some cameras forget to say TCP where they name channels.
        if chosen.interleaved is None and chosen.protocol != wanted.protocol:
            return None
        return replace(chosen, interleaved=chosen.interleaved or wanted.interleaved)
    if chosen.interleaved or not chosen.unicast or chosen.protocol not in OVER_UDP:
        return None
    # The ports are ours to know; some cameras repeat others.
    return replace(chosen, client_port=wanted.client_port)


def parse_transports(value: str) -> list[Transport]:
    """Read the offers of a Transport header, in order of preference; skip what is malformed."""
    return [_parse_transport(offer) for offer in value.split(",") if offer.strip()]


def _parse_transport(offer: str) -> Transport:
    protocol, *parameters = (part.strip() for part in offer.split(";"))
    named: dict[str, str] = {}
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        named.setdefault(name.strip().lower(), text.strip())
    return Transport(
        protocol.upper(),
        unicast="multicast" not in named,
        interleaved=_pair(named.get("interleaved"), 255),
        client_port=_pair(named.get("client_port"), 65535),
        server_port=_pair(named.get("server_port"), 65535),
        ssrc=_hexadecimal(named.get("ssrc")),
        source=named.get("source", "").strip("[]") or None,
    )


def parse_session(value: str) -> tuple[str, float]:
    """Return the session id and its timeout in seconds; raise `ProtocolError` without an id."""
    name, *parameters = (part.strip() for part in value.split(";"))
    if not name or not name.isprintable() or " " in name or len(name) > 256:
        raise ProtocolError(f"The Session header names no session: {shown(value)}.")
    for parameter in parameters:
        key, _, text = parameter.partition("=")
        if key.strip().lower() == "timeout":
            seconds = _number(text, int(MAX_SESSION_TIMEOUT))
            return name, float(seconds) if seconds else DEFAULT_SESSION_TIMEOUT
    return name, DEFAULT_SESSION_TIMEOUT


def _pair(text: str | None, largest: int) -> tuple[int, int] | None:
    """Read `0-1`; a single number stands for itself and the next one."""
    if text is None:
        return None
    low, dash, high = text.partition("-")
    first = _number(low, largest)
    if first is None:
        return None
    second = _number(high, largest) if dash else first + 1
    return None if second is None or second > largest else (first, second)


def _number(text: str, largest: int) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return int(text) if int(text) <= largest else None


def _hexadecimal(text: str | None) -> int | None:
    if (
        text is None
        or not 0 < len(text) <= 8
        or not all(c in "0123456789abcdefABCDEF" for c in text)
    ):
        return None
    return int(text, 16)
