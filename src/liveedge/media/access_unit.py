"""The unit that travels from the camera to packaging: one picture, still without a container."""

from dataclasses import dataclass


@dataclass(slots=True)
class AccessUnit:
    """The NAL units of one picture (ITU-T H.264 §3.1), as the camera sent them.

    `nals` are bare NAL units (no start code, no length), in order, without what only frames the
    bitstream: parameter sets, access unit delimiters and filler data are taken out.
    """

    nals: list[bytes]
    rtp_time: int
    """RTP timestamp, 32 bits, not unwrapped; 90 kHz for video."""
    sync: bool
    """True if decoding can begin here (an IDR picture)."""
    arrival: float
    """Monotonic time in seconds at which its last byte was read."""
    parameter_sets: tuple[bytes, ...] = ()
    """SPS and PPS found in band before or inside this access unit, in order; usually empty."""
    gap: bool = False
    """Pictures of the same session before this one were lost."""
    damaged: bool = False
    """What this picture refers to was lost, so that it may be shown wrong; up to the next sync
    frame."""
