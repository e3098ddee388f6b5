"""Many widgets at once: each listens to its stream, and says something now and then."""

import asyncio
import json
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

LIMIT = 2**20
PATIENCE = 60.0


@dataclass
class Widget:
    """One visitor: the stream is read by hand, since 500 clients share the machine."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    lines: list[dict[str, Any]] = field(default_factory=list)
    said: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    _listening: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, http: httpx.AsyncClient) -> "Widget":
        """Arrive, and listen."""
        opened = await http.post("/api/web/sessions", json={})
        opened.raise_for_status()
        token = opened.json()["token"]
        widget = cls(http, {"Authorization": f"Bearer {token}"})
        widget._listening = asyncio.create_task(widget._listen())
        return widget

    async def say(self, text: str) -> float:
        """Say something; seconds until the answer has come over the stream."""
        loop = asyncio.get_running_loop()
        began, self.said = loop.time(), self.said + 1
        body = {"client_id": f"c{self.said}", "text": text}
        sent = await self.http.post(
            "/api/web/messages", json=body, headers=self.headers
        )
        sent.raise_for_status()
        seq = sent.json()["seq"]
        async with asyncio.timeout(PATIENCE):
            while not self._is_answered(seq):
                self.news.clear()
                await self.news.wait()
        return loop.time() - began

    def faults(self) -> list[str]:
        """What is lost, doubled or out of order in what the stream brought."""
        seqs = [line["seq"] for line in self.lines]
        typed = [line for line in self.lines if line["author"] == "visitor"]
        doubled = [seq for seq, times in Counter(seqs).items() if times > 1]
        expected = list(range(1, len(seqs) + 1))
        return [
            *(f"doubled {seq}" for seq in doubled),
            *(["out of order or lost"] if sorted(set(seqs)) != expected else []),
            *([f"{self.said - len(typed)} lost"] if len(typed) != self.said else []),
        ]

    async def close(self) -> None:
        """Leave."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    def _is_answered(self, seq: int) -> bool:
        return any(line["author"] == "bot" and line["seq"] > seq for line in self.lines)

    async def _listen(self) -> None:
        address = urlsplit(str(self.http.base_url))
        reader, writer = await asyncio.open_connection(
            address.hostname, address.port, limit=LIMIT
        )
        asked = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = f"GET /api/web/events HTTP/1.1\r\nHost: {address.netloc}\r\n{asked}\r\n"
        writer.write(head.encode())
        try:
            while row := await reader.readline():
                self._take(row)
        finally:
            writer.close()

    def _take(self, row: bytes) -> None:
        if row.startswith(b"data: ") and b'"seq"' in row:
            self.lines.append(json.loads(row[6:]))
            self.news.set()


async def open_all(http: httpx.AsyncClient, count: int) -> list[Widget]:
    """So many widgets, opened a few at a time."""
    room = asyncio.Semaphore(20)

    async def open_one() -> Widget:
        async with room:
            return await Widget.open(http)

    return list(await asyncio.gather(*(open_one() for _ in range(count))))


def told(seconds: list[float]) -> str:
    """Median and 99th percentile in milliseconds."""
    middle = statistics.median(seconds) * 1000
    return f"median {middle:.0f} ms, p99 {percentile(seconds, 99) * 1000:.0f} ms"


def percentile(seconds: list[float], share: int) -> float:
    """The value that `share` percent do not exceed."""
    return statistics.quantiles(seconds, n=100)[share - 1]
