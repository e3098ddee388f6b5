"""The demo's phones and mailboxes that a chat keeps an eye on."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx

from bot.privacy.masking import mask
from bot.telephony.errors import NumberError
from bot.telephony.numbers import parse


class Inboxes:
    """Knows the demo's accounts and every address typed, and what arrived there."""

    def __init__(self, http: httpx.Client, region: str) -> None:
        self._http = http
        self._region = region
        self._seen: dict[str, int] = {}
        response = http.get("/demo/accounts")
        # In production there are no such pages, and nothing to see.
        self._open = response.is_success
        for account in response.json()["accounts"] if self._open else ():
            for address in (account["email"], *account["phones"]):
                self._seen[address] = len(self._messages(address))

    def watch(self, typed: str) -> None:
        """Look after the numbers and addresses in a typed text, too."""
        for found in mask(typed, region=self._region).found:
            address = self._address(found.kind, found.value)
            if address is not None and address not in self._seen:
                self._seen[address] = len(self._messages(address))

    def new(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What arrived since the last look, with the address it arrived at."""
        for address, seen in self._seen.items():
            messages = self._messages(address)
            self._seen[address] = len(messages)
            for message in messages[seen:]:
                yield address, message

    def _address(self, kind: str, value: str) -> str | None:
        if kind == "email":
            return value.lower()
        if kind != "phone":
            return None
        try:
            return parse(value, region=self._region).e164
        except NumberError:
            return None

    def _messages(self, address: str) -> list[dict[str, Any]]:
        if not self._open:
            return []
        page = "mail" if "@" in address else "phones"
        response = self._http.get(f"/demo/{page}/{quote(address, safe='@')}")
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages
