"""What was found on the network, for people, for programs and for the configuration file."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from liveedge.discovery.camera import PASSWORD_VARIABLE, USER_VARIABLE, Camera, Profile

_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 40
_CREDENTIALS = f"{USER_VARIABLE}:{PASSWORD_VARIABLE}@"


def as_object(cameras: Sequence[Camera]) -> dict[str, Any]:
    """The cameras for programs."""
    return {"cameras": [_object(camera) for camera in cameras]}


def as_text(cameras: Sequence[Camera], *, asked: bool) -> str:
    """The cameras for people, with the lines to put into the configuration."""
    lines = [line for camera in cameras for line in (*_described(camera), "")]
    known = [camera for camera in cameras if camera.profiles]
    if known:
        lines += [
            "For liveedge.toml. CAMERA_USER and CAMERA_PASSWORD are taken from the environment;",
            "special characters are written there as %XX.",
            "",
            *configuration(known),
        ]
    elif cameras and not asked:
        lines.append("With --user NAME they are asked for the addresses of their streams.")
    return "\n".join(lines).rstrip()


def configuration(cameras: Sequence[Camera]) -> list[str]:
    """Lines of TOML: the main stream of each camera, and its sub-stream as the quality `low`."""
    lines: list[str] = []
    taken: set[str] = set()
    for camera in cameras:
        main, sub = camera.profiles[0], _sub_stream(camera)
        identity = _stream_id(camera, taken)
        lines += [
            f"[streams.{identity}]",
            f"name = {_string(_title(camera))}",
            f"url = {_string(_with_credentials(main))}",
        ]
        if sub is not None:
            what = f"{sub.width}x{sub.height} {sub.codec}".strip()
            lines.append(f"low_url = {_string(_with_credentials(sub))}  # {what}")
        lines.append("")
    return lines[:-1]


def _object(camera: Camera) -> dict[str, Any]:
    device, failure = camera.device, camera.failure
    sub = _sub_stream(camera)
    return {
        "address": device.address,
        "name": device.name,
        "hardware": device.hardware,
        "location": device.location,
        "identity": device.identity,
        "maker": camera.maker,
        "model": camera.model,
        "main_url": camera.profiles[0].url.request if camera.profiles else None,
        "sub_url": sub.url.request if sub else None,
        "profiles": [
            {
                "name": profile.name,
                "codec": profile.codec,
                "width": profile.width,
                "height": profile.height,
                "fps": profile.fps,
                "url": profile.url.request,
            }
            for profile in camera.profiles
        ],
        "reason": failure.reason if failure else None,
        "error": str(failure) if failure else None,
    }


def _described(camera: Camera) -> Iterator[str]:
    device = camera.device
    yield f"{device.address}  {_title(camera)}"
    about = [device.hardware, f"{camera.maker} {camera.model}".strip(), device.location]
    if said := ", ".join(dict.fromkeys(text for text in about if text)):
        yield f"  {said}"
    for profile in camera.profiles:
        rate = f", {profile.fps:g} a second" if profile.fps else ""
        kind = f"{profile.codec} {profile.width}x{profile.height}{rate}"
        yield f"  {profile.name}: {kind}  {profile.url.request}"
    if camera.failure is not None:
        yield f"  {camera.failure}"


def _sub_stream(camera: Camera) -> Profile | None:
    """The smallest picture, if there is one smaller than the main stream's."""
    main, *others = camera.profiles or (None,)
    if main is None or not others:
        return None
    # What a browser may not play is no stream for small tiles.
    smaller = [
        profile
        for profile in others
        if profile.width * profile.height < main.width * main.height
        and profile.codec.upper() != "JPEG"
    ]
    return smaller[-1] if smaller else None


def _title(camera: Camera) -> str:
    device = camera.device
    return device.name or f"{camera.maker} {camera.model}".strip() or device.address


def _stream_id(camera: Camera, taken: set[str]) -> str:
    base = _NOT_IN_AN_ID.sub("-", _title(camera).lower()).strip("-")[:_LONGEST_ID].strip("-")
    identity, number = base or "camera", 2
    while identity in taken:
        identity, number = f"{base or 'camera'}-{number}", number + 1
    taken.add(identity)
    return identity


def _with_credentials(profile: Profile) -> str:
    return profile.url.request.replace("://", f"://{_CREDENTIALS}", 1)


def _string(text: str) -> str:
    """A basic string of TOML; a camera's words hold no control characters any more."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
