"""Undo links: the right to take one change back, sent to those it was made from."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
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
        account_id: str | None,
        lifetime: int | None = None,
        **data: str | None,
    ) -> str:
        """Make the link that takes a change back once; `data` are ids of its rows.

        It is good for `lifetime` seconds, as long as changes are unless told otherwise.
        Without an account it is a decoy: made with the same work, sent to nobody.
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

    def since(
        self, session: Session, undo: Undo, *, kinds: Sequence[UndoKind]
    ) -> Sequence[Undo]:
        """A change and the account's later ones, the newest first, used or not."""
        return session.scalars(
            select(Undo)
            .where(
                Undo.account_id == undo.account_id,
                Undo.kind.in_(kinds),
                Undo.created_at >= undo.created_at,
            )
            .order_by(Undo.created_at.desc(), Undo.token_hash)
        ).all()

    def void_since(
        self, session: Session, undo: Undo, *, kinds: Sequence[UndoKind]
    ) -> None:
        """Use up the account's links of later changes: they went with this one."""
        session.execute(
            update(Undo)
            .where(
                Undo.account_id == undo.account_id,
                Undo.token_hash != undo.token_hash,
                Undo.kind.in_(kinds),
                Undo.created_at >= undo.created_at,
                Undo.used_at.is_(None),
            )
            .values(used_at=self._clock.now())
        )

    def forget(self, session: Session, *, before: datetime) -> int:
        """Delete links that ended before a moment; counts them."""
        gone = session.scalars(
            delete(Undo).where(Undo.expires_at < before).returning(Undo.token_hash)
        )
        return len(gone.all())

    def _new_token(self) -> str:
        octets = self._randomness.octets(TOKEN_BYTES)
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """What the row keeps of a token; 256 random bits need no key."""
    return hashlib.sha256(token.encode()).hexdigest()
