"""Players without pictures: they ask as hls.js does, and check what they are given.

    python -m tests.delivery.hls.crowd PORT PLAYERS

plays until its standard input ends, and writes what it was given as JSON.
"""

import asyncio
import json
import re
import sys
from dataclasses import asdict, dataclass, field

_PART = re.compile(r'#EXT-X-PART:DURATION=([\d.]+),URI="([^"]+)"')
_SEQUENCE = re.compile(r"#EXT-X-MEDIA-SEQUENCE:(\d+)")


@dataclass(slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection that is kept alive, as a browser keeps it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> "Connection":
        return cls(*await asyncio.open_connection(host, port))

    async def get(self, path: str, *headers: str, method: str = "GET") -> Answer:
        lines = [f"{method} {path} HTTP/1.1", "host: localhost", *headers, "", ""]
        self._writer.write("\r\n".join(lines).encode())
        return await self.answer(body=method != "HEAD")

    async def answer(self, *, body: bool = True) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:-2]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", "0")) if body else 0
        return Answer(int(head[0].split()[1]), headers, await self._reader.readexactly(length))

    async def close(self) -> None:
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)


@dataclass(slots=True)
class Tally:
    """What a crowd was given."""

    playlists: int = 0
    parts: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a playlist goes."""

    parts: list[str]
    """Names, oldest first."""
    next_msn: int
    next_part: int

    @classmethod
    def of(cls, text: str) -> "Seen":
        sequence = _SEQUENCE.search(text)
        assert sequence is not None, text
        complete = text.count("#EXTINF:")
        tail = text.rpartition("#EXTINF:")[2]
        open_parts = len(_PART.findall(tail))
        return cls(
            [name for _, name in _PART.findall(text)], int(sequence[1]) + complete, open_parts
        )


async def play(host: str, port: int, base: str, tally: Tally, ends: asyncio.Event) -> None:
    """Follow the live edge of `base` part by part until `ends`; raise nothing, note problems."""
    connection = await Connection.open(host, port)
    try:
        answer = await connection.get(f"{base}/index.m3u8")
        name = answer.body.decode().splitlines()[-1]
        have: str | None = None
        query = ""
        while not ends.is_set():
            answer = await connection.get(f"{base}/{name}{query}")
            tally.playlists += 1
            if answer.status != 200:
                tally.problems.append(f"{name}{query}: {answer.status}")
                break
            seen = Seen.of(answer.body.decode())
            new = (
                seen.parts[seen.parts.index(have) + 1 :] if have in seen.parts else seen.parts[-1:]
            )
            if query and not new:
                tally.problems.append(f"{name}{query} is stale: it ends with {seen.parts[-1:]}")
            for part in new:
                got = await connection.get(f"{base}/{part}")
                tally.parts += 1
                if got.status != 200 or got.body[4:8] != b"moof":
                    tally.problems.append(f"{part}: {got.status}")
                have = part
            query = f"?_HLS_msn={seen.next_msn}&_HLS_part={seen.next_part}"
    finally:
        await connection.close()


async def main(port: int, players: int) -> Tally:
    """Play from `/hls/door` of this machine until standard input ends."""
    tally, ends = Tally(), asyncio.Event()
    playing = [
        asyncio.create_task(play("127.0.0.1", port, "/hls/door", tally, ends))
        for _ in range(players)
    ]
    await asyncio.to_thread(sys.stdin.read)
    ends.set()
    async with asyncio.timeout(20):
        await asyncio.gather(*playing)
    return tally


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]))))))
