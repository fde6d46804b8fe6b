"""A certificate for one run of the camera, as cameras have them: signed by nobody but itself."""

import hashlib
import ssl
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from liveedge.errors import ConfigError

_DEADLINE: Final = 20.0
_DAYS: Final = 30
_COMMAND: Final = (
    *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
    *("-nodes", "-days", str(_DAYS), "-subj", "/CN=liveedge camera"),
    *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"),
    *("-keyout", "key.pem", "-out", "certificate.pem"),
)


class Identity(NamedTuple):
    """What the camera proves itself with."""

    context: ssl.SSLContext
    digest: bytes
    """SHA-256 of the certificate, by which a client can pin it."""


def make_identity() -> Identity:
    """Make a key and a certificate, which nothing is left of afterwards.

    Raises `ConfigError` if this machine has no program to make them with.
    """
    with TemporaryDirectory(prefix="liveedge-camera-") as folder:
        try:
            subprocess.run(  # noqa: S603 - no word of it is anybody's
                _COMMAND, cwd=folder, check=True, capture_output=True, timeout=_DEADLINE
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ConfigError(
                "A certificate is made with the program openssl, which this machine does not have"
                f" or which fails ({type(error).__name__}); install it, or leave --tls out."
            ) from None
        return load_identity(Path(folder, "certificate.pem"), Path(folder, "key.pem"))


def load_identity(certificate: Path, key: Path) -> Identity:
    """Read a certificate and its key, both PEM."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    return Identity(context, hashlib.sha256(der).digest())
