import pytest
from structlog.testing import capture_logs

from liveedge.clock import SystemClock
from liveedge.config.rtsp import RtspSettings, RtspTransport
from liveedge.config.url import parse_camera_url
from liveedge.ingest.rtsp import rtsp_source


@pytest.mark.parametrize(
    ("url", "settings", "warned"),
    [
        ("rtsps://user:canary@cam/x", RtspSettings(tls_verify=False), True),
        ("rtsp+https://user:canary@cam/x", RtspSettings(tls_verify=False), True),
        ("rtsps://user:canary@cam/x", RtspSettings(tls_fingerprint=bytes(32)), False),
        ("rtsps://user:canary@cam/x", RtspSettings(), False),
        ("rtsp://user:canary@cam/x", RtspSettings(RtspTransport.UDP), False),
    ],
)
def test_a_camera_that_anybody_could_pose_as_is_logged(
    url: str, settings: RtspSettings, warned: bool
) -> None:
    with capture_logs() as lines:
        rtsp_source(parse_camera_url(url), SystemClock(), settings)
    assert [line["log_level"] for line in lines] == ["warning"] * warned
    assert "canary" not in str(lines)
