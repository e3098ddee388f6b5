"""Server-sent events, as a test reads them."""

import asyncio

import httpx


def event_of(block: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in block.splitlines() if line[0] != ":")
    return {name: value for name, _, value in lines}


class Stream:
    """One event stream, read event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self._text = response.aiter_text()
        self._rest = ""

    async def next(self, kind: str = "message") -> dict[str, str]:
        """The next event of a kind."""
        while True:
            event = await self.any()
            if event["event"] == kind:
                return event

    async def any(self) -> dict[str, str]:
        """The next event."""
        while True:
            while "\r\n\r\n" not in self._rest:
                self._rest += await asyncio.wait_for(anext(self._text), 5)
            block, self._rest = self._rest.split("\r\n\r\n", 1)
            if not block.startswith(":"):
                return event_of(block)
