"""Webhooks of a stand-in: what it posts to the app, signed or wrongly signed."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx

TIMEOUT = 10
NO_ANSWER = 0

Headers = Mapping[str, str]


class Hooks:
    """Posts events; the statuses of the answers stand in `posted`, in order.

    `sign` gives the headers of a body. `times`: how often each event is posted;
    `forged`: it is signed with another secret.
    """

    def __init__(self, url: str, sign: Callable[[bytes, str], Headers], secret: str):
        self.url = url
        self.sign = sign
        self._secret = secret
        self._tasks: set[asyncio.Task[list[int]]] = set()
        self.posted: list[int] = []
        self.times = 1
        self.forged = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._tasks

    async def post(self, *events: Mapping[str, Any]) -> list[int]:
        """Post events one after the other; gives what was answered to each."""
        answered = [await self._post(_bytes(each)) for each in events]
        self.posted += answered
        return answered

    def post_later(self, *events: Mapping[str, Any]) -> None:
        """Post events while the request that caused them is answered."""
        task = asyncio.create_task(self.post(*events))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, body: bytes) -> int:
        secret = f"not {self._secret}" if self.forged else self._secret
        headers = {"Content-Type": "application/json"} | dict(self.sign(body, secret))
        status = NO_ANSWER
        # Without the environment's proxies: webhooks are on this machine.
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
            for _ in range(self.times):
                try:
                    posted = await http.post(self.url, content=body, headers=headers)
                    status = posted.status_code
                except httpx.HTTPError:
                    status = NO_ANSWER
        return status


def _bytes(event: Mapping[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()
