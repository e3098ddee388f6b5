"""How much one address, and all together, may ask of this process."""

import ipaddress
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from bot.clock import Clock
from bot.settings import Settings

WINDOW = timedelta(minutes=1)
IPV6_SUBSCRIBER = 64


class LimitReached(Exception):
    """It is too much for now; `again_in` is in whole seconds."""

    def __init__(self, again_in: int) -> None:
        super().__init__()
        self.again_in = again_in


class Frequency:
    """Lets so many through in any minute, of one address and of all together.

    What was refused is not counted, and what is older than a minute is forgotten: so
    no flood makes it grow, and no address is kept.
    """

    def __init__(self, clock: Clock, *, per_address: int, altogether: int) -> None:
        self._clock = clock
        self._per_address = per_address
        self._altogether = altogether
        self._all: deque[tuple[datetime, str]] = deque()
        self._moments: defaultdict[str, deque[datetime]] = defaultdict(deque)
        self._guard = Lock()

    def count(self, address: str) -> None:
        """Count one more.

        Raises:
            LimitReached: it is one too many, and is not counted.
        """
        now = self._clock.now()
        with self._guard:
            self._forget(now)
            own = self._moments.get(address, deque())
            waits = [
                moment + WINDOW - now
                for moment, is_full in (
                    (own[0] if own else now, len(own) >= self._per_address),
                    (self._oldest(now), len(self._all) >= self._altogether),
                )
                if is_full
            ]
            if waits:
                raise LimitReached(max(1, ceil(max(waits).total_seconds())))
            self._all.append((now, address))
            self._moments[address].append(now)

    def forget_old(self) -> None:
        """Forget the addresses of more than a minute ago, also when nobody comes."""
        with self._guard:
            self._forget(self._clock.now())

    def _oldest(self, now: datetime) -> datetime:
        return self._all[0][0] if self._all else now

    def _forget(self, now: datetime) -> None:
        while self._all and self._all[0][0] <= now - WINDOW:
            _, address = self._all.popleft()
            self._moments[address].popleft()
            if not self._moments[address]:
                del self._moments[address]


class Places:
    """So many at the same time, of one address and of all together."""

    def __init__(self, *, per_address: int, altogether: int) -> None:
        self._per_address = per_address
        self._altogether = altogether
        self._taken: Counter[str] = Counter()
        self._guard = Lock()

    @property
    def taken(self) -> int:
        """How many are taken."""
        with self._guard:
            return self._taken.total()

    def is_free(self, address: str) -> bool:
        """Whether there is a place."""
        with self._guard:
            return self._is_free(address)

    @contextmanager
    def take(self, address: str) -> Iterator[bool]:
        """Take a place until the block is left; False where there is none."""
        with self._guard:
            free = self._is_free(address)
            self._taken[address] += free
        try:
            yield free
        finally:
            with self._guard:
                self._taken[address] -= free
                if not self._taken[address]:
                    del self._taken[address]

    def _is_free(self, address: str) -> bool:
        return (
            self._taken[address] < self._per_address
            and self._taken.total() < self._altogether
        )


@dataclass(frozen=True)
class Limits:
    """Every limit that goes by address."""

    openings: Frequency
    messages: Frequency
    streams: Places

    def forget_old(self) -> None:
        """Forget the addresses of more than a minute ago."""
        self.openings.forget_old()
        self.messages.forget_old()


def make_limits(settings: Settings, clock: Clock) -> Limits:
    """The limits as the settings have them."""
    return Limits(
        openings=Frequency(
            clock,
            per_address=settings.openings_per_address,
            altogether=settings.openings_altogether,
        ),
        messages=Frequency(
            clock,
            per_address=settings.messages_per_address,
            altogether=settings.messages_altogether,
        ),
        streams=Places(
            per_address=settings.streams_per_address,
            altogether=settings.streams_altogether,
        ),
    )


def subscriber(host: str) -> str:
    """Whom an address counts as: with IPv6 a subscriber has 2^64 of them."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_SUBSCRIBER), strict=False))
