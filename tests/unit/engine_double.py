"""An engine that behaves as told, behind a real socket: slow, silent, killed, away."""

import asyncio
import json
from collections import Counter
from contextlib import suppress
from typing import Any

Replies = list[dict[str, Any]]


class EngineDouble:
    """Answers `echo: <text>` until `script` says otherwise, one entry per request.

    Entries: "answer", "silent", "die" (the connection breaks), an HTTP status, seconds
    to think before the answer, or the very bytes to answer with.
    """

    def __init__(self) -> None:
        self.script: list[str | float | int | bytes] = []
        self.replies: Replies | None = None
        self.heard: list[dict[str, Any]] = []
        self.runs: Counter[str] = Counter()
        self.forgotten: list[str] = []
        self.is_ready = True
        self.intent = "greet"
        self.asks = False
        self.began = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.port = 0
        self._said: dict[str, Replies] = {}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> "EngineDouble":
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._writers):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> "EngineDouble":
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._writers.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._exchange(reader, writer)
        self._writers.discard(writer)
        writer.close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [
            int(line.split(":")[1])
            for line in head.splitlines()
            if line.lower().startswith("content-length:")
        ]
        body = await reader.readexactly(lengths[0]) if lengths else b""
        method, path, _ = head.split(" ", 2)
        status, answer = await self._answer(method, path, body)
        if status == 0:
            writer.transport.abort()
            return
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        writer.write(
            b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % (status, len(content))
        )
        writer.write(content)
        await writer.drain()

    async def _answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if path.endswith("/ready"):
            return (200 if self.is_ready else 503), {"ready": self.is_ready}
        if method == "DELETE":
            self.forgotten.append(path.rsplit("/", 1)[1])
            return 200, {}
        return await self._say(json.loads(body))

    async def _say(self, message: dict[str, Any]) -> tuple[int, Any]:
        self.heard.append(message)
        turn = self.script.pop(0) if self.script else "answer"
        self.began.set()
        await self.go_on.wait()
        if turn == "die":
            return 0, None
        if isinstance(turn, bytes):
            return 200, turn
        if isinstance(turn, int):
            return turn, {"error": "as told"}
        if isinstance(turn, float):
            await asyncio.sleep(turn)
        replies = [] if turn == "silent" else self._run(message)
        return 200, {"replies": replies, "model": "model-1", **self._understanding()}

    def _understanding(self) -> dict[str, Any]:
        ranking = [(self.intent, 0.9), ("greet", 0.06), ("goodbye", 0.05)]
        ranked = [{"name": name, "confidence": share} for name, share in ranking]
        told = {"intent": self.intent, "confidence": 0.9, "ranking": ranked}
        return {**told, "asks": self.asks}

    def _run(self, message: dict[str, Any]) -> Replies:
        key = message["message_id"]
        if key not in self._said:
            self.runs[key] += 1
            echo = {"text": f"echo: {message['text']}"}
            self._said[key] = self.replies if self.replies is not None else [echo]
        return self._said[key]
