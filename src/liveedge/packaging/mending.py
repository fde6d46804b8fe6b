"""Pictures behind a loss, numbered so that decoders go on.

A picture that is lost, or dropped because a part of it is, leaves a hole in the numbers of those
that follow (`frame_num` and `pic_order_cnt_lsb`, ITU-T H.264 §7.4.3). What decoders make of it
differs: some conceal it, some fail, and behind a lost IDR picture, with which the numbers begin
anew, libavcodec shows nothing until the next one. So the hole is closed: what follows is numbered
as if nothing had been between. Every decoder then refers to the picture before, and shows what
moves, with traces of what is missing until the next IDR picture.
"""

from liveedge.errors import ProtocolError
from liveedge.media.h264 import H264Config
from liveedge.media.h264_slice import (
    SliceSyntax,
    is_reference,
    is_slice,
    read_numbers,
    shift_numbers,
)
from liveedge.media.video import VideoConfig

_ORDER_STEP = 2
"""Between two frames in a row (§8.2.1); encoders that count by one do not mind."""


class Mender:
    """Follows the pictures of one epoch; `mend` is for those behind a loss."""

    def __init__(self, config: VideoConfig) -> None:
        self.last: list[bytes] = []
        """NAL units of the picture that was packaged last, as they were packaged."""
        self._syntax = _syntax(config)
        self._frame_num = self._order = 0

    def mend(self, nals: list[bytes], *, hole: bool) -> list[bytes]:
        """The NAL units of a picture that is no IDR picture, renumbered to follow the last one.

        `hole` says that pictures are missing directly before this one. Empty if it cannot be done:
        interlaced pictures, B pictures, several SPS, another codec, or headers that make no sense.
        """
        syntax = self._syntax
        if syntax is None:
            return []
        try:
            if hole:
                self._close_hole(_first_slice(nals), syntax)
            return [
                shift_numbers(nal, syntax, self._frame_num, self._order) if is_slice(nal) else nal
                for nal in nals
            ]
        except ProtocolError:
            return []

    def _close_hole(self, following: bytes, syntax: SliceSyntax) -> None:
        last = _first_slice(self.last)
        before, after = read_numbers(last, syntax), read_numbers(following, syntax)
        # A picture that none refers to shares its number with the next one (§7.4.3).
        expected = before.frame_num + is_reference(last)
        self._frame_num = expected - after.frame_num
        self._order = before.order + _ORDER_STEP - after.order


def _syntax(config: VideoConfig) -> SliceSyntax | None:
    if not isinstance(config, H264Config) or len(config.sps) > 1:
        return None
    parameters = config.parameters
    # Pictures that are output in another order are numbered in another order.
    return None if parameters.reorder_frames else parameters.slices


def _first_slice(nals: list[bytes]) -> bytes:
    for nal in nals:
        if is_slice(nal):
            return nal
    raise ProtocolError("There is no slice in this picture.")
