"""A client that reads every version of the playlist of a `Camera`, whatever it is called."""

from liveedge.delivery.hls.feed import Feed
from tests.delivery.hls.camera import Camera
from tests.delivery.hls.watcher import Watcher


class Viewer:
    """Watches each playlist that a stream has; one with other promises is another playlist."""

    def __init__(self, camera: Camera, *, shortest: int | None = 3) -> None:
        self.watchers: dict[str, Watcher] = {}
        self.texts: list[str] = []
        self._camera = camera
        self._shortest = shortest
        self._feed = Feed(camera.segments)
        camera.segments.listen(self._observe)

    def _observe(self) -> None:
        name = self._feed.name
        if name is None or not self._feed.ready:
            return
        if name not in self.watchers:
            self.watchers[name] = Watcher(self._fetch, shortest=self._shortest)
        for other in self.watchers.keys() - {name}:
            self.watchers[other].interrupt()
        text = self._feed.media().plain.decode()
        self.watchers[name].observe(text)
        self.texts.append(text)

    def _fetch(self, uri: str) -> bytes:
        token, name, _ = uri.split(".")
        segments = self._camera.segments
        assert token == segments.token
        kind, number = name[0], int(name[1:])
        if kind == "i":
            epoch = segments.epoch(number)
            assert epoch is not None, f"{uri} is not there"
            return epoch.init
        if kind == "p":
            pieces = self._feed.part(number)
            assert pieces is not None, f"{uri} is not there"
            return b"".join(pieces)
        segment = segments.segment(number)
        assert segment is not None, f"{uri} is not there"
        return b"".join(chunk.payload for chunk in segment.chunks)

    def finish(self) -> None:
        """Everything that was seen last is still there."""
        self._observe()
