"""The two messages of WS-Discovery that finding cameras takes (WS-Discovery 2005/04 §5). Pure.

ONVIF cameras (ONVIF Core Specification §7) answer a `Probe` for network video transmitters with
`ProbeMatches`. What they are called stands in their scopes, as in
`onvif://www.onvif.org/name/Front%20door`.
"""

from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from liveedge.errors import ProtocolError

MAX_MATCHES: Final = 16
"""Devices that one answer may name; it is one, but for proxies."""
_LONGEST: Final = 100
_SCOPE: Final = "onvif://www.onvif.org/"

_PROBE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<e:Header>
<w:MessageID>urn:uuid:{identity}</w:MessageID>
<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>
</e:Header>
<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body>
</e:Envelope>"""


@dataclass(frozen=True, slots=True)
class Device:
    """A camera that has answered."""

    identity: str
    """What stays the same when its address changes, such as `urn:uuid:…`."""
    address: str
    """From where it answered."""
    name: str = ""
    hardware: str = ""
    location: str = ""
    port: int | None = None
    """Of its ONVIF service, if that is where the answer came from. A device that names another
    one is not asked: passwords would go to whatever it names."""
    encrypted: bool = False


def encode_probe(identity: str) -> bytes:
    """The question for all cameras; `identity` is a new UUID."""
    return _PROBE.format(identity=identity).encode()


def parse_matches(data: bytes, address: str) -> list[Device]:
    """The devices that an answer from `address` names; raise `ProtocolError` if it is none."""
    parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314 - no document type, no attack
    try:
        parser.feed(data)
        root = parser.close()
    except (ElementTree.ParseError, ValueError):
        raise ProtocolError("The answer is not XML.") from None
    found: list[Device] = []
    for element in root.iter():
        if _local(element) == "ProbeMatch" and len(found) < MAX_MATCHES:
            found.append(_device(element, address))
    return found


class _NoDoctype(ElementTree.TreeBuilder):
    """Refuses what could define entities: an answer has none."""

    def doctype(self, *_declared: object) -> NoReturn:
        raise ValueError("a document type in a SOAP message")


def _device(match: ElementTree.Element, address: str) -> Device:
    texts = {_local(element): (element.text or "").strip() for element in match.iter()}
    scopes = texts.get("Scopes", "").split()
    service = next(
        (url for text in texts.get("XAddrs", "").split() if (url := _own(text, address))), None
    )
    return Device(
        identity=_plain(texts.get("Address", "")) or address,
        address=address,
        name=_scope(scopes, "name"),
        hardware=_scope(scopes, "hardware"),
        location=_scope(scopes, "location"),
        port=service[0] if service else None,
        encrypted=service[1] if service else False,
    )


def _own(url: str, address: str) -> tuple[int, bool] | None:
    """Port of an address of the service, and whether it is encrypted, if the host is `address`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or host != address:
        return None
    encrypted = parts.scheme == "https"
    return port or (443 if encrypted else 80), encrypted


def _scope(scopes: list[str], category: str) -> str:
    prefix = f"{_SCOPE}{category}/"
    values = [scope[len(prefix) :] for scope in scopes if scope.lower().startswith(prefix)]
    return _plain(unquote(values[0]).replace("_", " ")) if values else ""


def _plain(text: str) -> str:
    """A device's words, fit for a terminal."""
    return "".join(c for c in text if c.isprintable())[:_LONGEST].strip()


def _local(element: ElementTree.Element) -> str:
    # Devices of both versions, 2005/04 and 1.1, say the same in other namespaces.
    return element.tag.rpartition("}")[2]
