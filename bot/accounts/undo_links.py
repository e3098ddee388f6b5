"""Undo links: the right to take one change back, sent to those it was made from."""

import base64
import hashlib
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.accounts.models import Undo, UndoKind
from bot.clock import Clock
from bot.settings import Settings
from bot.verification.randomness import Randomness

TOKEN_BYTES = 32


class UndoLinks:
    """Makes links in the caller's transaction; whoever holds one needs no proof."""

    def __init__(
        self, clock: Clock, settings: Settings, randomness: Randomness
    ) -> None:
        self._clock = clock
        self._base = settings.link_base
        self._lifetime = settings.undo_lifetime
        self._randomness = randomness

    def offer(
        self,
        session: Session,
        kind: UndoKind,
        *,
        account_id: str,
        lifetime: int | None = None,
        **data: str | None,
    ) -> str:
        """Make the link that takes a change back once; `data` are ids of its rows.

        It is good for `lifetime` seconds, as long as changes are unless told otherwise.
        """
        token = self._new_token()
        now = self._clock.now()
        seconds = self._lifetime if lifetime is None else lifetime
        session.add(
            Undo(
                token_hash=hash_of(token),
                kind=kind,
                account_id=account_id,
                data=data,
                created_at=now,
                expires_at=now + timedelta(seconds=seconds),
            )
        )
        return f"{self._base}/undo/{token}"

    def _new_token(self) -> str:
        octets = self._randomness.octets(TOKEN_BYTES)
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """What the row keeps of a token; 256 random bits need no key."""
    return hashlib.sha256(token.encode()).hexdigest()
