"""TLS to a camera (`rtsps://`): which certificate is accepted, and what is said about another one.

Cameras rarely have a certificate that somebody has signed. So one certificate can be pinned, and an
error says which one the camera has.
"""

import asyncio
import hashlib
import hmac
import ssl
from contextlib import suppress
from functools import cache

from liveedge.config.rtsp import RtspSettings, show_fingerprint
from liveedge.errors import Reason, SourceError
from liveedge.rtsp.connect import open_socket

# Codes of X509_verify_cert (OpenSSL, x509_vfy.h).
_EXPIRED, _NOT_YET = 10, 9
_OTHER_NAME = frozenset({62, 64})
_NO_ISSUER = frozenset({18, 19, 20, 21})


def client_context(settings: RtspSettings) -> ssl.SSLContext:
    """Return the context for a connection with these settings."""
    return _context(settings.tls_verify and settings.tls_fingerprint is None)


def check_pinned(transport: asyncio.BaseTransport, settings: RtspSettings) -> None:
    """Raise `SourceError` unless the camera has the certificate that is pinned, if one is."""
    pinned, shown = settings.tls_fingerprint, _fingerprint(transport)
    if pinned is not None and not hmac.compare_digest(pinned, shown):
        raise SourceError(
            Reason.UNTRUSTED,
            "The camera has another certificate than the one that is pinned; if it was changed on"
            f' purpose, set tls_fingerprint = "{show_fingerprint(shown)}".',
        )


async def explain(error: OSError, host: str, port: int) -> SourceError:
    """Return what to tell a person after the TLS handshake has failed with `error`.

    Connects once more, to name the certificate that was refused; the caller sets the deadline.
    """
    if not isinstance(error, ssl.SSLError):
        return SourceError(Reason.ENDED, "The camera closed the connection instead of using TLS.")
    if not isinstance(error, ssl.SSLCertVerificationError):
        return SourceError(
            Reason.PROTOCOL,
            "The camera does not speak TLS (1.2 or newer) on this port; check the port, or write"
            " rtsp:// if the camera has no encryption.",
        )
    sentence = f"The camera's certificate {_fault(error, host)}"
    shown = await _ask_fingerprint(host, port)
    if shown is None:
        return SourceError(Reason.UNTRUSTED, f"{sentence}.")
    return SourceError(
        Reason.UNTRUSTED,
        f'{sentence}: add tls_fingerprint = "{show_fingerprint(shown)}" if you trust it.',
    )


@cache
def _context(verify: bool) -> ssl.SSLContext:
    # Reading the roots takes some milliseconds, in the loop.
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _fault(error: ssl.SSLCertVerificationError, host: str) -> str:
    code = error.verify_code
    if code in _OTHER_NAME:
        return f"is not valid for {host}"
    if code in _NO_ISSUER:
        return "is not signed by anybody whom this machine trusts"
    if code == _EXPIRED:
        return "has expired"
    if code == _NOT_YET:
        return "is not valid yet (is a clock wrong?)"
    return "cannot be verified"


async def _ask_fingerprint(host: str, port: int) -> bytes | None:
    """Return the fingerprint of a certificate that is not trusted; None if there is none now."""
    loop = asyncio.get_running_loop()
    with suppress(OSError, SourceError):
        sock = await open_socket(host, port)
        try:
            transport, _ = await loop.create_connection(
                asyncio.Protocol, sock=sock, ssl=_context(False), server_hostname=host
            )
        except BaseException:
            sock.close()
            raise
        try:
            return _fingerprint(transport)
        finally:
            transport.abort()
    return None


def _fingerprint(transport: asyncio.BaseTransport) -> bytes:
    certificate: bytes = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return hashlib.sha256(certificate).digest()
