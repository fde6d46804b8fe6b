"""What begins the video usability information of H.264 (§E.1.1) and of H.265 (§E.2.1) alike."""

from liveedge.media.bits import BitReader

_EXTENDED_SAR = 255


def skip_appearance(reader: BitReader) -> None:
    """Pass over aspect ratio, overscan, video signal type and chroma location."""
    if reader.flag() and reader.bits(8) == _EXTENDED_SAR:  # aspect ratio
        reader.bits(32)
    if reader.flag():  # overscan
        reader.flag()
    if reader.flag():  # video signal type
        reader.bits(4)
        if reader.flag():
            reader.bits(24)
    if reader.flag():  # chroma location
        reader.ue()
        reader.ue()
