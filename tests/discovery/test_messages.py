from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.discovery.messages import encode_probe, parse_matches
from liveedge.errors import ProtocolError
from tests.discovery.simulator import Simulator

HOST = "10.0.0.5"
MATCH = Simulator(http_port=8000).probe_match(HOST)


def test_the_question_is_for_network_video_transmitters() -> None:
    root = ElementTree.fromstring(encode_probe("1234"))
    texts = {element.tag.rpartition("}")[2]: element.text for element in root.iter()}
    assert texts["MessageID"] == "urn:uuid:1234"
    assert texts["Types"] == "dn:NetworkVideoTransmitter"


def test_a_match_names_the_camera() -> None:
    (device,) = parse_matches(MATCH, HOST)
    assert device.identity == "urn:uuid:sim-8000"
    assert (device.name, device.hardware, device.location) == ("Front door", "SIM-1", "garden")
    assert (device.address, device.port, device.encrypted) == (HOST, 8000, False)


def test_the_newer_namespace_says_the_same() -> None:
    newer = b"http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"
    older = b"http://schemas.xmlsoap.org/ws/2005/04/discovery"
    assert parse_matches(MATCH.replace(older, newer), HOST) == parse_matches(MATCH, HOST)


@pytest.mark.parametrize(
    ("service", "port", "encrypted"),
    [
        ("http://10.0.0.5/onvif/device_service", 80, False),
        ("https://10.0.0.5/onvif/device_service", 443, True),
        ("http://10.0.0.5:99999/onvif", None, False),
        ("http://evil.example/onvif/device_service", None, False),
        ("ftp://10.0.0.5/", None, False),
        ("http://[", None, False),
        ("", None, False),
    ],
)
def test_a_service_elsewhere_is_none(service: str, port: int | None, encrypted: bool) -> None:
    own = f"http://{HOST}:8000/onvif/device_service".encode()
    (device,) = parse_matches(MATCH.replace(own, service.encode()), HOST)
    assert (device.port, device.encrypted) == (port, encrypted)


def test_what_a_camera_calls_itself_is_fit_for_a_terminal() -> None:
    wild = MATCH.replace(b"Front%20door", b"%1B%5B2J" + b"x" * 500)
    (device,) = parse_matches(wild, HOST)
    assert device.name.startswith("[2Jxxx")
    assert len(device.name) == 100
    assert device.name.isprintable()


def test_other_messages_name_no_device() -> None:
    assert parse_matches(encode_probe("1"), HOST) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET / HTTP/1.1",
        MATCH[:-40],
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_matches(data, HOST)


def test_one_answer_names_so_many_devices_at_most() -> None:
    start, end = MATCH.index(b"<d:ProbeMatch>"), MATCH.index(b"</d:ProbeMatches>")
    assert len(parse_matches(MATCH[:start] + MATCH[start:end] * 50 + MATCH[end:], HOST)) == 16


@given(st.binary(max_size=200), st.integers(0, len(MATCH)))
def test_garbage_is_an_answer_or_none(noise: bytes, place: int) -> None:
    try:
        devices = parse_matches(MATCH[:place] + noise + MATCH[place:], HOST)
    except ProtocolError:
        return
    assert all(device.address == HOST for device in devices)
