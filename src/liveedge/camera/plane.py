"""One plane of a planar 4:2:0 picture: its samples, and where each row begins."""

from dataclasses import dataclass

from av.video.frame import VideoFrame


@dataclass(frozen=True, slots=True)
class Plane:
    """A view of 8-bit samples, drawn into by slices of whole runs of a row."""

    view: memoryview
    stride: int
    """Octets from the start of a row to the start of the next; at least `width`."""
    width: int
    height: int

    def row(self, y: int) -> memoryview:
        """Return row `y`, `width` samples; writing to it writes to the picture."""
        start = y * self.stride
        return self.view[start : start + self.width]

    def fill_row(self, y: int, row: bytes | bytearray) -> None:
        """Write `row`, `width` samples, into row `y`."""
        self.row(y)[:] = row


def planes_of(frame: VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Return luma, Cb and Cr of a yuv420p frame, without copying them."""
    luma, blue, red = (
        Plane(memoryview(plane), plane.line_size, plane.width, plane.height)
        for plane in frame.planes
    )
    return luma, blue, red
