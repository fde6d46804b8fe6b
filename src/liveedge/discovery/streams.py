"""Asks a camera for the addresses of its streams (ONVIF Media Service, by onvif-zeep-async).

The password leaves this machine as a digest only (WS-Security UsernameToken), and only to the
address from which the camera has answered.
"""

import asyncio
import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from onvif import ONVIFCamera
from onvif.util import is_auth_error

from liveedge.config.url import CameraUrl, parse_camera_url
from liveedge.discovery.camera import PASSWORD_VARIABLE, Camera, Profile
from liveedge.discovery.messages import Device
from liveedge.errors import ConfigError, Reason, SourceError

MAX_PROFILES: Final = 16
DEADLINE: Final = 30.0
"""Seconds for one camera."""
_AT_A_TIME: Final = 4
_LONGEST: Final = 60
_NAMED_SECRET: Final = r"((?i:password|passwd|pwd)=)[^&_/?]*"  # noqa: S105 - how one is found


async def ask_all(devices: Iterable[Device], user: str, password: str) -> list[Camera]:
    """Ask some cameras at a time; what fails is in `Camera.failure`."""
    room = asyncio.Semaphore(_AT_A_TIME)

    async def ask_in_turn(device: Device) -> Camera:
        async with room:
            return await ask(device, user, password)

    return list(await asyncio.gather(*(ask_in_turn(device) for device in devices)))


async def ask(device: Device, user: str, password: str) -> Camera:
    """Ask one camera; never raises because of it."""
    logging.getLogger("onvif").setLevel(logging.CRITICAL)
    if device.port is None:
        return Camera(device, failure=_elsewhere(device))
    # nat_override: whatever addresses the camera names, all requests go to where it answered.
    scheme = "https://" if device.encrypted else ""
    client = ONVIFCamera(
        f"{scheme}{device.address}",
        device.port,
        user,
        password,
        no_cache=True,
        adjust_time=True,
        nat_override=True,
    )
    try:
        # The library reads its own service descriptions here, which is not the camera's time.
        await client.create_devicemgmt_service()
        async with asyncio.timeout(DEADLINE):
            return await _ask(client, device)
    except TimeoutError:
        sentence = f"It did not answer in {DEADLINE:g} s; check the network and try again."
        return Camera(device, failure=SourceError(Reason.TIMEOUT, sentence))
    except Exception as error:  # noqa: BLE001 - one camera's task: whatever its answers do to the library
        return Camera(device, failure=_failure(error))
    finally:
        await client.close()


async def _ask(client: Any, device: Device) -> Camera:
    await client.update_xaddrs()
    about = await (await client.create_devicemgmt_service()).GetDeviceInformation()
    media = await client.create_media_service()
    profiles = []
    for profile in list(await media.GetProfiles() or [])[:MAX_PROFILES]:
        if getattr(profile, "VideoEncoderConfiguration", None) is None:
            continue  # such as a profile of sound only
        answer = await media.GetStreamUri(
            {
                "StreamSetup": {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}},
                "ProfileToken": profile.token,
            }
        )
        url = stream_url(str(answer.Uri), device.address, client.passwd)
        if url is not None:
            profiles.append(_profile(profile, url))
    if not profiles:
        raise SourceError(Reason.NO_VIDEO, "It offers no stream over RTSP; switch RTSP on.")
    profiles.sort(key=lambda profile: -profile.width * profile.height)
    return Camera(device, _plain(about.Manufacturer), _plain(about.Model), tuple(profiles))


def _profile(profile: Any, url: CameraUrl) -> Profile:
    video = profile.VideoEncoderConfiguration
    size, rate = video.Resolution, video.RateControl
    return Profile(
        name=_plain(profile.Name),
        codec=_plain(video.Encoding),
        width=int(size.Width) if size is not None else 0,
        height=int(size.Height) if size is not None else 0,
        fps=float(rate.FrameRateLimit) if rate is not None and rate.FrameRateLimit else None,
        url=url,
    )


def stream_url(text: str, address: str, password: str) -> CameraUrl | None:
    """The address of a stream, without credentials; None if it is none that can be opened.

    Some cameras write the password, or what they make of it, into path or query. There it is
    replaced by the variable that the configuration file takes it from.
    """
    try:
        url = parse_camera_url(text.strip())
    except ConfigError:
        return None
    secrets = {password, quote(password, safe="")} - {""}
    pattern = "|".join([_NAMED_SECRET, *map(re.escape, secrets)])
    path = re.sub(pattern, lambda match: (match[1] or "") + PASSWORD_VARIABLE, url.path)
    # Behind NAT, in a container or with two networks a camera names another host.
    return replace(url, host=address, path=path, username=None, password=None)


def _elsewhere(device: Device) -> SourceError:
    return SourceError(
        Reason.REDIRECT,
        f"It answered from {device.address} but names another address for its ONVIF service; it"
        " was not asked, so that the password goes nowhere else. Correct its network settings.",
    )


def _failure(error: Exception) -> SourceError:
    if isinstance(error, SourceError):
        return error
    if is_auth_error(error):
        return SourceError(
            Reason.UNAUTHORIZED,
            "It refuses this user name or password; some cameras have other users for ONVIF.",
        )
    if isinstance(error, OSError):
        return SourceError(
            Reason.UNREACHABLE, "Its ONVIF service cannot be reached; check the network."
        )
    return SourceError(
        Reason.PROTOCOL,
        "Its answers cannot be used; update its firmware, or take the address of the stream from"
        " its manual.",
    )


def _plain(text: object) -> str:
    """A camera's words, fit for a terminal."""
    plain = "".join(c for c in str(text or "") if c.isprintable())
    return plain[:_LONGEST].strip()
