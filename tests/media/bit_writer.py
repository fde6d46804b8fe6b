"""Writes the bit syntax of ITU-T H.264 and H.265, for parsers to read."""


class BitWriter:
    """The opposite of the reader under test, for round trips."""

    def __init__(self) -> None:
        self.text = ""

    def bits(self, value: int, count: int) -> None:
        self.text += format(value, f"0{count}b")

    def ue(self, value: int) -> None:
        code = format(value + 1, "b")
        self.text += "0" * (len(code) - 1) + code

    def se(self, value: int) -> None:
        self.ue(2 * value - 1 if value > 0 else -2 * value)

    def data(self) -> bytes:
        padded = self.text + "1"
        padded += "0" * (-len(padded) % 8)
        return int(padded, 2).to_bytes(len(padded) // 8, "big")
