"""An endpoint with a camera behind it that films as fast as a test wants."""

from liveedge.config.hls import HlsSettings
from liveedge.delivery.hls.endpoint import HlsEndpoint
from tests.delivery.hls.camera import Camera
from tests.delivery.hls.exchange import Exchange, Registry, Stream
from tests.delivery.hls.microphone import SoundingCamera

LIVE = "/hls/door/0123abcd.live-1-105.m3u8"


class Server:
    """An endpoint with one camera behind it."""

    def __init__(
        self, settings: HlsSettings | None = None, *, gops: int = 8, camera: Camera | None = None
    ) -> None:
        self.camera = camera or Camera(settings)
        self.camera.gops(gops)
        stream = Stream(self.camera.segments)
        if isinstance(camera, SoundingCamera):
            stream.sound = camera.sound
        self.registry = Registry({"door": stream})
        self.endpoint = HlsEndpoint(self.registry, settings or HlsSettings())

    def ask(self, target: str, *headers: tuple[str, str], method: str = "GET") -> Exchange:
        return Exchange(self.endpoint, target, *headers, method=method)

    async def get(self, target: str, *headers: tuple[str, str], method: str = "GET") -> Exchange:
        return await self.ask(target, *headers, method=method).finish()

    @property
    def waiting(self) -> int:
        return self.endpoint.waiting
