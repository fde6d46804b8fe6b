"""Reading the bit syntax of ITU-T H.264 and H.265 (clause 7.2 and 9.1)."""

from liveedge.errors import ProtocolError

_MAX_EXP_GOLOMB_ZEROS = 32


def unescape(nal: bytes) -> bytes:
    """Take the emulation prevention bytes out of a NAL unit (H.264 §7.4.1.1)."""
    return nal.replace(b"\x00\x00\x03", b"\x00\x00")


class BitReader:
    """Reads an RBSP bit by bit, most significant first; past its end raises `ProtocolError`."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._size = self._left = 8 * len(data)

    @property
    def position(self) -> int:
        """Bits read so far."""
        return self._size - self._left

    @property
    def left(self) -> int:
        """Bits that have not been read."""
        return self._left

    def copy(self) -> "BitReader":
        """Another reader, at the same place."""
        other = BitReader(b"")
        other._value, other._left = self._value, self._left
        return other

    def bits(self, count: int) -> int:
        """u(n): the next `count` bits as an unsigned number."""
        if count > self._left:
            raise ProtocolError("A parameter set ends in the middle of a value.")
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """u(1) as a truth value."""
        return self.bits(1) == 1

    def ue(self) -> int:
        """ue(v): an unsigned Exp-Golomb code (§9.1)."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > _MAX_EXP_GOLOMB_ZEROS:
                raise ProtocolError("A parameter set contains an impossible Exp-Golomb code.")
        return (1 << zeros) - 1 + self.bits(zeros)

    def se(self) -> int:
        """se(v): a signed Exp-Golomb code (§9.1.1)."""
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)
