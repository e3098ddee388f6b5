"""Randomness, passed in so that tests can know what comes."""

import secrets
from collections.abc import Iterable
from hashlib import shake_128
from typing import Protocol


class Randomness(Protocol):
    """Draws symbols and bytes."""

    def symbols(self, alphabet: str, count: int) -> str:
        """Draw `count` symbols, each of the alphabet equally likely."""
        ...

    def octets(self, count: int) -> bytes:
        """Draw `count` bytes."""
        ...


class SystemRandomness:
    """The machine's own generator (SP 800-63B-4, 3.2.12)."""

    def symbols(self, alphabet: str, count: int) -> str:
        return "".join(secrets.choice(alphabet) for _ in range(count))

    def octets(self, count: int) -> bytes:
        return secrets.token_bytes(count)


class FixedRandomness:
    """Gives out the symbols it was given, then a fixed sequence; proves nothing."""

    def __init__(self, symbols: Iterable[str] = (), *, seed: str = "") -> None:
        self._given = list(symbols)
        self._seed = seed
        self._drawn = 0

    def symbols(self, alphabet: str, count: int) -> str:
        if self._given:
            return self._given.pop(0)
        drawn = self.octets(count)
        return "".join(alphabet[octet % len(alphabet)] for octet in drawn)

    def octets(self, count: int) -> bytes:
        self._drawn += 1
        return shake_128(f"{self._seed}/{self._drawn}".encode()).digest(count)
