import errno

import av.error
import pytest

from liveedge.config.media_url import LOCAL, NETWORK
from liveedge.config.url import DEFAULT_PORTS
from liveedge.errors import Reason, SourceError
from liveedge.workers.inputs import explain, input_for


@pytest.mark.parametrize("scheme", sorted(NETWORK | LOCAL | DEFAULT_PORTS.keys()))
def test_every_address_of_the_configuration_can_be_opened(scheme: str) -> None:
    how = input_for(scheme)
    allowed = how.options.get("protocol_whitelist", "").split(",")
    if scheme == "v4l2":
        assert how.format == "video4linux2"
    else:
        assert ("file" in allowed) == (scheme == "file")
    assert {"concat", "subfile", "pipe", "data", "unix"}.isdisjoint(allowed)


@pytest.mark.parametrize("scheme", ["rtsps", "rtsp+https", "rtmps", "https"])
def test_certificates_are_looked_at(scheme: str) -> None:
    assert input_for(scheme).options["tls_verify"] == "1"


@pytest.mark.parametrize("scheme", ["rtsps", "rtsp+https", "rtmps", "https"])
def test_a_camera_may_be_believed_without_a_certificate(scheme: str) -> None:
    assert "tls_verify" not in input_for(scheme, verify=False).options


@pytest.mark.parametrize("scheme", ["concat", "pipe", "", "ftp"])
def test_nothing_else_can(scheme: str) -> None:
    with pytest.raises(SourceError) as caught:
        input_for(scheme)
    assert caught.value.reason is Reason.UNSUPPORTED


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (av.error.ConnectionRefusedError, Reason.REFUSED),
        (av.error.HTTPUnauthorizedError, Reason.UNAUTHORIZED),
        (av.error.HTTPNotFoundError, Reason.NOT_FOUND),
        (av.error.TimeoutError, Reason.TIMEOUT),
        (av.error.ExitError, Reason.TIMEOUT),
        (av.error.InvalidDataError, Reason.UNSUPPORTED),
        (av.error.OSError, Reason.UNREACHABLE),
        (av.error.BugError, Reason.PROTOCOL),
    ],
)
def test_errors_are_explained_without_their_words(
    error: type[av.error.FFmpegError], reason: Reason
) -> None:
    explained = explain(error(1, "rtsp://user:secret@camera/", "rtsp://user:secret@camera/"))
    assert explained.reason is reason
    assert "secret" not in str(explained)


@pytest.mark.parametrize("number", [errno.ENOTTY, errno.ENODEV, errno.ENXIO])
def test_a_device_that_is_no_camera_is_called_so(number: int) -> None:
    explained = explain(av.error.OSError(number, "Inappropriate ioctl", "/dev/null"))
    assert explained.reason is Reason.UNSUPPORTED
    assert "gives no video" in str(explained)


def test_where_there_is_a_certificate_it_may_be_the_reason() -> None:
    error = av.error.OSError(errno.EIO, "Input/output error", "https://camera/")
    assert "tls_verify = false" in str(explain(error, "https"))
    assert "certificate" not in str(explain(error, "http"))
