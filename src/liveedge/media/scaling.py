"""How large a picture becomes that must not be larger than something."""


def fit(width: int, height: int, longer: int, shorter: int) -> tuple[int, int]:
    """A size with the proportions of `width` and `height`, both even, and never a larger one.

    The longer side is at most `longer`, the shorter one at most `shorter`; so a picture may stand
    on its side. Chroma has half the size of luma (ITU-T H.264 §6.2), hence even numbers.
    """
    scale = min(1.0, longer / max(width, height), shorter / min(width, height))
    return _even(width, scale), _even(height, scale)


def _even(length: int, scale: float) -> int:
    return max(2, min(round(length * scale / 2) * 2, length - length % 2))
