"""Calls: requests to another system, and what its refusals mean."""

from collections.abc import Mapping
from typing import Any

import httpx

from bot.clock import Clock
from bot.connectors.errors import NotAnswered, NotTaken, Refused
from bot.connectors.retry_after import seconds_of

SECONDS = 10.0
TOO_MANY, BROKEN = 429, 500
# Refusals for what a request says; all others may pass: a token can be renewed.
SAYS_WRONG = frozenset({400, 404, 405, 410, 413, 415, 422})


class Calls:
    """Requests below one address with the same headers; redirections are refusals."""

    def __init__(
        self,
        clock: Clock,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = SECONDS,
    ) -> None:
        self._clock = clock
        self._base_url = base_url
        self._headers = dict(headers or {})
        self._timeout = timeout

    def get(self, path: str, **parameters: str | int) -> Any:
        """The JSON that is there.

        Raises:
            NotTaken, Refused: it did not answer with any.
        """
        return _json(self.send("GET", path, params=parameters))

    def post(
        self, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Post a JSON body; gives the JSON of the answer.

        Raises:
            NotTaken, Refused: it was not taken.
        """
        return _json(self.send("POST", path, json=body, headers=headers))

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Make a request of any kind; gives an answer of success.

        Raises:
            NotTaken, Refused: there is none.
        """
        try:
            # A proxy of the environment is none of the operator's settings.
            with httpx.Client(timeout=self._timeout, trust_env=False) as client:
                response = client.request(
                    method,
                    self._base_url + path,
                    headers=self._headers | dict(headers or {}),
                    **options,
                )
        except httpx.ConnectError as error:
            raise NotTaken(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise NotAnswered(type(error).__name__) from None
        self._check(response)
        return response

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if response.is_success:
            return
        if status in SAYS_WRONG:
            raise Refused(str(status))
        told = response.headers.get("retry-after")
        wait = seconds_of(told, self._clock.now()) if told else None
        if status >= BROKEN:
            raise NotAnswered(str(status), wait)
        # Of a system that would take more requests, one thing had too many: a ticket at
        # Zendesk takes thirty changes in ten minutes.
        left = response.headers.get("x-rate-limit-remaining", "")
        raise NotTaken(str(status), wait, alone=left.isdecimal() and int(left) > 0)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise NotAnswered("not JSON") from None
