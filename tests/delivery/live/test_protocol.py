import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liveedge.delivery.live import protocol
from liveedge.packaging.packager import Packager
from liveedge.streams.offer import Made, Offer
from tests.support import access_units, encode


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('{"type":"subscribe","stream":"door"}', protocol.Subscribe("door")),
        (
            '{"type":"subscribe","stream":"door~low","replaces":"door"}',
            protocol.Subscribe("door~low", replaces="door"),
        ),
        ('{"type":"unsubscribe","stream":"door"}', protocol.Unsubscribe("door")),
        ('{"type":"subscribe","stream":"door","audio":true}', protocol.Subscribe("door", True)),
        ('{"type":"subscribe","stream":"door","audio":1}', protocol.Subscribe("door")),
        ('{"type":"clock","t0":1.5,"more":0}', protocol.Clock(1.5)),
        ('{"type":"from the future"}', None),
        (
            (
                '{"type":"report","stream":"door","transport":"mse","latency_p50_ms":48,'
                '"latency_p95_ms":61.5,"stalls":0,"dropped":2}'
            ),
            protocol.Report("door", "mse", 48, 61.5, 0, 2),
        ),
    ],
)
def test_parse(text: str, command: protocol.Command | None) -> None:
    assert protocol.parse(text) == command


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "JSON"),
        ("[" * 4000, "JSON"),
        ("[]", "object"),
        ('{"type":1}', "type"),
        ('{"type":"subscribe"}', "stream"),
        ('{"type":"subscribe","stream":""}', "1 to 80"),
        ('{"type":"subscribe","stream":"door","replaces":7}', '"replaces" must be text'),
        ('{"type":"subscribe","stream":"' + "a" * 81 + '"}', "1 to 80"),
        ('{"type":"clock","t0":true}', "number"),
        ('{"type":"clock","t0":1e300}', "number"),
        ('{"type":"clock","t0":NaN}', "number"),
        ('"' + "x" * 5000 + '"', "4096"),
    ],
)
def test_what_is_not_in_the_protocol_is_explained(text: str, words: str) -> None:
    with pytest.raises(protocol.BadMessageError, match=words):
        protocol.parse(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
TYPES = st.sampled_from(["subscribe", "unsubscribe", "clock", "report"])


def test_a_stream_begins_with_the_qualities_that_there_are() -> None:
    encoded = encode()
    packager = Packager(7)
    packager.configure(encoded.parameter_sets, "h264")
    unit = access_units(encoded)[0]
    packager.add(unit, 0, gap=False, capture_us=0, arrival_us=0, camera_clock=False)
    assert packager.epoch is not None
    offers = (Offer("low", Made.CAMERA, None, None, None),)
    text = protocol.stream_started("door", 7, packager.epoch, 25.0, None, offers)
    qualities = [{"quality": "low", "made": "camera", "width": None, "height": None}]
    assert json.loads(text) == {
        "type": "stream",
        "stream": "door",
        "number": 7,
        "epoch": packager.epoch.number,
        "codec": packager.epoch.codec,
        "width": 64,
        "height": 48,
        "timescale": 90_000,
        "fps": 25.0,
        "audio": None,
        "qualities": qualities,
    }


@given(
    JSON | st.dictionaries(st.sampled_from(["stream", "t0", "transport", "stalls"]), JSON), TYPES
)
def test_any_json_is_taken_or_explained(value: object, kind: str) -> None:
    if isinstance(value, dict):
        value = {**value, "type": kind}
    with suppress(protocol.BadMessageError):
        protocol.parse(json.dumps(value))
