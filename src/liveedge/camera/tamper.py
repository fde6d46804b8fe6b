"""What can be done to pictures and packets on their way out of the camera."""

from random import Random

from liveedge.camera.rtp import PictureStream


class Tamper:
    """Does nothing at first; faults set its attributes and put them back."""

    def __init__(self, seed: int | None = None) -> None:
        self.video = True
        """False: pictures are taken and thrown away; sound, reports and answers go on."""
        self.loss = 0.0
        """Share of the packets that are left out; their numbers are used up."""
        self.reorder = 0.0
        """Share of the packets that change places with the one after them."""
        self.swell = 0
        """Octets that the next picture is made larger by, once."""
        self._random = Random(seed)  # noqa: S311 - no secret

    def packetize(self, stream: PictureStream, nals: list[bytes], captured: float) -> list[bytes]:
        """Return the packets of one access unit, as far as they leave the camera."""
        if not self.video:
            return []
        if self.swell:
            nals = [*nals, stream.codec.sync_header + self._random.randbytes(self.swell)]
            self.swell = 0
        packets = self.lose(stream.packetize(nals, captured))
        if self.reorder:
            self._swap(packets)
        return packets

    def lose(self, packets: list[bytes]) -> list[bytes]:
        """Return the packets without those that are left out."""
        if not self.loss:
            return packets
        return [packet for packet in packets if self._random.random() >= self.loss]

    def _swap(self, packets: list[bytes]) -> None:
        place = 0
        while place < len(packets) - 1:
            if self._random.random() < self.reorder:
                packets[place : place + 2] = packets[place + 1], packets[place]
                place += 1
            place += 1
