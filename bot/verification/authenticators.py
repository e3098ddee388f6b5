"""Authenticators: bound to an account, counted against, disabled, bound anew."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.settings import Settings
from bot.verification.models import Authenticator, AuthenticatorKind, RecoveryCode

USABLE = (Authenticator.enabled_at.is_not(None), Authenticator.disabled_at.is_(None))


class Authenticators:
    """Works in the caller's transaction; every change is guarded by what it needs."""

    def __init__(self, settings: Settings) -> None:
        self._most_failures = settings.authenticator_failures

    def of_number(self, session: Session, phone_number_id: str) -> Authenticator | None:
        """The newest authenticator of a number, disabled or not."""
        return session.scalars(
            select(Authenticator)
            .where(Authenticator.phone_number_id == phone_number_id)
            # One that is bound anew in the same moment goes before the one it replaces.
            .order_by(
                Authenticator.created_at.desc(), Authenticator.disabled_at.is_not(None)
            )
            .limit(1)
        ).one_or_none()

    def of_kind(
        self, session: Session, account_id: str, kind: AuthenticatorKind
    ) -> Authenticator | None:
        """The account's newest usable authenticator of a kind."""
        return session.scalars(
            select(Authenticator)
            .where(
                Authenticator.account_id == account_id,
                Authenticator.kind == kind,
                *USABLE,
            )
            .order_by(Authenticator.created_at.desc())
            .limit(1)
        ).one_or_none()

    def count_usable(self, session: Session, account_id: str) -> dict[str, int]:
        """How many could prove something now, by kind; kinds without are left out."""
        rows = session.execute(
            select(Authenticator.kind, func.count())
            .where(Authenticator.account_id == account_id, *USABLE)
            .group_by(Authenticator.kind)
        )
        return {row[0]: row[1] for row in rows}

    def has_usable(self, session: Session, account_id: str) -> bool:
        """Whether the account has anything that can prove a change."""
        query = select(Authenticator.id).where(
            Authenticator.account_id == account_id, *USABLE
        )
        return session.scalars(query.limit(1)).one_or_none() is not None

    def has_another(
        self, session: Session, account_id: str, *, than_number: str
    ) -> bool:
        """Whether a change could be proved without one number.

        Saved recovery codes do not count: they are for when all else is lost.
        """
        query = select(Authenticator.id).where(
            Authenticator.account_id == account_id,
            Authenticator.kind.in_(("sms", "totp")),
            Authenticator.phone_number_id.is_distinct_from(than_number),
            *USABLE,
        )
        return session.scalars(query.limit(1)).one_or_none() is not None

    def count_failure(self, session: Session, authenticator_id: str) -> bool:
        """Count a guess before it is compared; False when none is looked at."""
        counted = session.scalar(
            update(Authenticator)
            .where(
                Authenticator.id == authenticator_id,
                Authenticator.failures_total < self._most_failures,
                *USABLE,
            )
            .values(failures_total=Authenticator.failures_total + 1)
            .returning(Authenticator.id)
        )
        return counted is not None

    def is_usable(self, session: Session, authenticator_id: str) -> bool:
        """Whether a right guess at it would count."""
        query = select(Authenticator.id).where(
            Authenticator.id == authenticator_id, *USABLE
        )
        return session.scalar(query) is not None

    def count_pending_failure(
        self, session: Session, authenticator_id: str
    ) -> int | None:
        """Count a guess at one not yet enabled: guesses left, None when none is."""
        failures = session.scalar(
            update(Authenticator)
            .where(
                Authenticator.id == authenticator_id,
                Authenticator.failures_total < self._most_failures,
                Authenticator.enabled_at.is_(None),
                Authenticator.disabled_at.is_(None),
            )
            .values(failures_total=Authenticator.failures_total + 1)
            .returning(Authenticator.failures_total)
        )
        return None if failures is None else self._most_failures - failures

    def disable_spent(
        self, session: Session, authenticator_id: str, *, now: datetime
    ) -> bool:
        """Disable it if its failures are used up; True when this call did."""
        disabled = session.scalar(
            update(Authenticator)
            .where(
                Authenticator.id == authenticator_id,
                Authenticator.failures_total >= self._most_failures,
                *USABLE,
            )
            .values(disabled_at=now)
            .returning(Authenticator.id)
        )
        return disabled is not None

    def forget_failures(self, session: Session, authenticator_id: str) -> None:
        """Count anew after a right answer (SP 800-63B-4, 3.2.2)."""
        session.execute(
            update(Authenticator)
            .where(Authenticator.id == authenticator_id)
            .values(failures_total=0)
        )

    def bind_number(
        self, session: Session, account_id: str, phone_number_id: str, *, now: datetime
    ) -> None:
        """Make the authenticator of a number that was just proved."""
        session.add(
            Authenticator(
                account_id=account_id,
                kind="sms",
                phone_number_id=phone_number_id,
                created_at=now,
                enabled_at=now,
            )
        )

    def pending(
        self, session: Session, account_id: str, kind: AuthenticatorKind
    ) -> Authenticator | None:
        """The newest one of a kind that waits to be confirmed."""
        return session.scalars(
            select(Authenticator)
            .where(
                Authenticator.account_id == account_id,
                Authenticator.kind == kind,
                Authenticator.enabled_at.is_(None),
                Authenticator.disabled_at.is_(None),
            )
            .order_by(Authenticator.created_at.desc(), Authenticator.id)
            .limit(1)
        ).one_or_none()

    def retire_kind(
        self,
        session: Session,
        account_id: str,
        kind: AuthenticatorKind,
        *,
        now: datetime,
    ) -> None:
        """Disable the account's authenticators of a kind, pending ones too."""
        session.execute(
            update(Authenticator)
            .where(
                Authenticator.account_id == account_id,
                Authenticator.kind == kind,
                Authenticator.disabled_at.is_(None),
            )
            .values(disabled_at=now)
        )

    def retire_since(
        self, session: Session, account_id: str, *, since: datetime, now: datetime
    ) -> None:
        """Disable apps and saved codes that were turned on after a moment."""
        session.execute(
            update(Authenticator)
            .where(
                Authenticator.account_id == account_id,
                Authenticator.kind.in_(("totp", "recovery_codes")),
                Authenticator.created_at > since,
                Authenticator.disabled_at.is_(None),
            )
            .values(disabled_at=now)
        )

    def retire_number(
        self, session: Session, phone_number_id: str, *, now: datetime
    ) -> None:
        """Disable the authenticators of a number that leaves the account."""
        session.execute(
            update(Authenticator)
            .where(
                Authenticator.phone_number_id == phone_number_id,
                Authenticator.disabled_at.is_(None),
            )
            .values(disabled_at=now)
        )

    def erase(self, session: Session, account_id: str, *, now: datetime) -> None:
        """Disable all of an account's, and forget what they were checked by."""
        theirs = select(Authenticator.id).where(Authenticator.account_id == account_id)
        session.execute(
            delete(RecoveryCode).where(RecoveryCode.authenticator_id.in_(theirs))
        )
        session.execute(
            update(Authenticator)
            .where(Authenticator.account_id == account_id)
            .values(
                disabled_at=func.coalesce(Authenticator.disabled_at, now),
                secret_encrypted=None,
            )
        )
