"""Access unit → chunk: one picture is boxed the moment it is complete."""

from typing import Final

from liveedge.media.access_unit import AccessUnit
from liveedge.media.chunk import (
    FLAG_CAMERA_CLOCK,
    FLAG_DAMAGED,
    FLAG_GAP,
    FLAG_SYNC,
    Chunk,
    frame_chunk,
)
from liveedge.media.epoch import Epoch, make_epoch
from liveedge.media.video import PARAMETER_SETS, ParameterSets
from liveedge.packaging.mending import Mender

TIMESCALE: Final = 90_000
_LONGEST_FRAME: Final = 5 * TIMESCALE
_FIRST_CODEC: Final = "h264"
_DEFAULT_FRAME: Final = TIMESCALE // 25
_SMOOTHING: Final = 4
"""The newest duration counts 2⁻⁴ in what is usual."""
_MAX_OFFSET_US: Final = 0x7FFFFFFF


class Packager:
    """Boxes the pictures of one stream and opens a new epoch when parameter sets change.

    Nothing looks ahead. A picture's duration is that of the one before, for the next one has not
    come; the decode time of the next corrects it. In the box it is never shorter than usual: Media
    Source Extensions take a picture that comes more than two durations after the last for a
    discontinuity ("coded frame processing") and drop all up to the next sync frame.
    """

    def __init__(self, stream: int) -> None:
        self._stream = stream
        self._codec = _FIRST_CODEC
        self._sets: ParameterSets = PARAMETER_SETS[_FIRST_CODEC]()
        self._epochs = 0
        self._changed = False
        self._sequence = 0
        self._decode_time = -1
        self._duration = 0
        self._usual = 0
        self._pending_gap = False
        self._mender: Mender | None = None
        self.epoch: Epoch | None = None

    def configure(self, parameter_sets: tuple[bytes, ...], codec: str = _FIRST_CODEC) -> None:
        """Take parameter sets that came out of band (SDP); bare NAL units.

        A camera that has changed its `codec` begins anew: nothing is boxed before an epoch of it.
        """
        if codec != self._codec:
            self._codec = codec
            self._sets = PARAMETER_SETS[codec]()
            self.epoch = None
        self._changed |= self._sets.update(parameter_sets)

    def add(
        self,
        unit: AccessUnit,
        media_time: int,
        *,
        gap: bool,
        capture_us: int,
        arrival_us: int,
        camera_clock: bool,
    ) -> Chunk | None:
        """Box one picture; None while decoding could not begin or there is no picture in it.

        `media_time` is its presentation time in 1/90000 s; with `gap`, the next sync frame is what
        follows. The clock times are Unix microseconds. `epoch` is up to date afterwards.
        """
        if unit.parameter_sets:
            self._changed |= self._sets.update(unit.parameter_sets)
        self._pending_gap |= gap
        nals = unit.nals
        if not nals:
            return None
        if self._changed and unit.sync:
            self._open_epoch()
        epoch, mender = self.epoch, self._mender
        if epoch is None or mender is None or (self._pending_gap and not unit.sync):
            return None
        if unit.damaged and not (nals := self._mend(unit, mender)):
            return None
        mender.last = nals
        decode_time = self._advance(media_time)
        flags = FLAG_SYNC if unit.sync else FLAG_DAMAGED if unit.damaged else 0
        flags |= (self._pending_gap and FLAG_GAP) | (camera_clock and FLAG_CAMERA_CLOCK)
        sequence, duration, delay_us = self._sequence, self._duration, arrival_us - capture_us
        message = frame_chunk(
            nals,
            stream=self._stream,
            epoch=epoch.number,
            sequence=sequence,
            flags=flags,
            decode_time=decode_time,
            composition_offset=media_time - decode_time,
            duration=duration,
            sample_duration=max(duration, self._usual),
            capture_us=capture_us,
            arrival_delay_us=max(-_MAX_OFFSET_US, min(delay_us, _MAX_OFFSET_US)),
        )
        chunk = Chunk(
            sequence,
            epoch.number,
            decode_time,
            duration,
            unit.sync,
            self._pending_gap,
            unit.arrival,
            capture_us,
            message,
            unit.damaged,
        )
        self._sequence, self._pending_gap = sequence + 1, False
        return chunk

    def _mend(self, unit: AccessUnit, mender: Mender) -> list[bytes]:
        """A picture behind a loss, fit for a decoder; empty if the next sync frame is to come."""
        nals = mender.mend(unit.nals, hole=unit.gap)
        self._pending_gap |= not nals
        return nals

    def _advance(self, media_time: int) -> int:
        """The next decode time: it rises with every picture, even where presentation time falls.

        Presentation time goes back at B-pictures, and stands still where a camera gives two
        pictures one timestamp; signed composition offsets keep presentation exact.
        """
        last = self._decode_time
        decode_time = media_time if media_time > last else last + 1
        if last >= 0 and not self._pending_gap and media_time > last:
            self._duration = min(decode_time - last, _LONGEST_FRAME)
            self._usual += self._duration - self._usual >> _SMOOTHING
        self._decode_time = decode_time
        return decode_time

    def _open_epoch(self) -> None:
        config = self._sets.config()
        if config is None:
            return
        self._changed = False
        self.epoch = make_epoch(self._epochs, self._stream, config)
        self._mender = Mender(config)
        self._epochs += 1
        if not self._duration:
            rate = config.parameters.frame_rate
            self._duration = round(TIMESCALE / rate) if rate and rate >= 1 else _DEFAULT_FRAME
            self._usual = self._duration
