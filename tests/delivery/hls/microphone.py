"""A camera that is heard: units of sound beside the pictures, as fast as a test wants."""

from dataclasses import dataclass, field

from liveedge.config.hls import HlsSettings
from liveedge.media.audio import AudioConfig, AudioUnit, aac_config
from liveedge.media.audio_epoch import AudioEpoch
from liveedge.packaging.sound import SoundPackager
from liveedge.window.window import Chunks
from tests.delivery.hls.camera import Camera

AAC = aac_config(bytes.fromhex("1188"))
"""48 kHz, mono: a unit lasts 1920/90000 s."""
UNIT = 1920


@dataclass
class Heard:
    """As much of the sound of a stream as HLS needs."""

    epoch: AudioEpoch | None = None
    window: Chunks = field(default_factory=Chunks)
    asked: int = 0

    def want(self) -> None:
        self.asked += 1


class SoundingCamera(Camera):
    """Its microphone has a unit ready at each end of one, or `lag` later; in 1/90000 s."""

    def __init__(
        self, settings: HlsSettings | None = None, *, config: AudioConfig = AAC, lag: int = 0
    ) -> None:
        super().__init__(settings)
        self.sound = Heard()
        self.is_on = True
        self.lag = lag
        self._speaker = SoundPackager(0x8001)
        self._next = 0
        self.speak(config)

    def speak(self, config: AudioConfig) -> None:
        """Sound has this configuration from now on."""
        self._config = config
        self._speaker.configure(config, config.sample_rate)
        self.sound.epoch = self._speaker.epoch
        self.unit = (config.frame_samples or 960) * 90_000 // config.sample_rate

    def wait(self, ticks: int) -> None:
        """Time passes, in which sound comes."""
        super().wait(ticks)
        if self._missing:
            self._next = self.media_time
        while self._next + self.unit + self.lag <= self.media_time:
            if self.is_on:
                self.say(self._next)
            self._next += self.unit

    def say(self, decode_time: int) -> None:
        """One unit of sound."""
        samples = self._config.frame_samples or 960
        chunk = self._speaker.add(
            AudioUnit(b"\x01" * 160, 0, samples, self.now),
            decode_time,
            gap=False,
            capture_us=0,
            arrival_us=0,
            camera_clock=False,
        )
        assert chunk is not None
        self.sound.window.append(chunk)
