"""Refuses requests that change something and that another site made a browser send."""

from typing import Final

from fastapi import HTTPException, Request

from liveedge.delivery.cross_origin import is_own

HEADER: Final = "X-Liveedge"
"""A form of another site cannot set it; a program that sends no body can, to any value."""

_OWN: Final = frozenset({"same-origin", "none"})
_JSON: Final = "application/json"


def refuse_cross_site(request: Request) -> None:
    """A dependency of every route that changes something; raises 403 or 415.

    A browser says where a request comes from (Fetch Metadata), or at least names the origin of
    the page. Beyond that, what is asked must be something that a page can only send across sites
    after asking with a preflight, which this server never grants, not even to a page that may read
    (`embed_origins`): JSON, or a header of our own.
    """
    headers = request.headers
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None and site.lower() not in _OWN:
        raise HTTPException(403, "This was asked for by a page of another site.")
    if site is None and origin is not None and not is_own(origin, headers.get("host", "")):
        raise HTTPException(403, "This was asked for by a page of another site.")
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != _JSON and HEADER not in headers:
        raise HTTPException(
            415, f"Send this with the header Content-Type: {_JSON}, or with {HEADER}: 1."
        )
