"""Viewers that stay connected to nothing: they ask, and ask again."""

from collections import OrderedDict
from math import inf
from typing import Final

from liveedge.clock import Clock

MOST: Final = 4096
"""Clients that are told apart; of more than these the one that was silent longest goes."""
_NEVER: Final = (-inf, -inf)


class Audience:
    """Counts the clients that have asked for something in the last seconds.

    A client is a number that its requests have in common. Noting a request costs as much with
    thousands of clients as with one.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[int, tuple[float, float]] = OrderedDict()
        """When each last asked, and when it last asked for parts; who asked last stands last."""
        self._patience = 0.0

    def __len__(self) -> int:
        self._forget()
        return len(self._seen)

    def asked(self, client: int, *, parts: bool, patience: float) -> None:
        """A client asks for something; it counts until it has been silent for `patience` seconds.

        `parts` says that it follows parts, as in LL-HLS, and not whole segments.
        """
        now = self._clock.monotonic()
        _, parts_at = self._seen.pop(client, _NEVER)
        if len(self._seen) >= MOST:
            self._seen.popitem(last=False)
        self._seen[client] = (now, now if parts else parts_at)
        self._patience = patience

    def by_transport(self) -> dict[str, int]:
        """How many there are of `llhls` and of `hls`; none of which there is nobody."""
        self._forget()
        since = self._clock.monotonic() - self._patience
        low = sum(parts > since for _, parts in self._seen.values())
        counts = {"llhls": low, "hls": len(self._seen) - low}
        return {transport: count for transport, count in counts.items() if count}

    def _forget(self) -> None:
        since = self._clock.monotonic() - self._patience
        while self._seen:
            client = next(iter(self._seen))
            if self._seen[client][0] > since:
                break
            self._seen.popitem(last=False)
