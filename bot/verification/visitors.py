"""Visitors: where a conversation comes from, so that one place cannot use up all."""

from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions, insert_new
from bot.privacy.cipher import Fingerprints
from bot.telephony.addresses import is_e164
from bot.verification.models import Visitor

# What one household or one server gets (RFC 6177); single addresses cost nothing.
NETWORK = 64


class Visitors:
    """Remembers the visitor of a conversation by a fingerprint of the address."""

    def __init__(
        self, sessions: Sessions, clock: Clock, fingerprints: Fingerprints
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._fingerprints = fingerprints

    def note(self, conversation_id: str, address: str | None) -> None:
        """Note where the visitor is: a network address, or a number that texts.

        An address that is not of the open internet says nothing: behind a proxy that
        is not trusted (`BOT_TRUSTED_PROXIES`) it is everybody's.
        """
        origin = origin_of(address or "")
        if origin is None:
            return
        fingerprint = self._fingerprints.of("visitor", origin)
        with self._sessions.begin() as session:
            here = Visitor.conversation_id == conversation_id
            session.execute(delete(Visitor).where(here))
            insert_new(
                session,
                Visitor,
                conversation_id=conversation_id,
                fingerprint=fingerprint,
                seen_at=self._clock.now(),
            )

    def of(self, session: Session, conversation_id: str) -> str | None:
        """The fingerprint of the conversation's visitor, if one was noted."""
        return session.scalar(
            select(Visitor.fingerprint).where(
                Visitor.conversation_id == conversation_id
            )
        )

    def forget(self, session: Session, *, before: datetime) -> int:
        """Delete visitors of conversations that began before a moment; counts them."""
        gone = session.scalars(
            delete(Visitor)
            .where(Visitor.seen_at < before)
            .returning(Visitor.conversation_id)
        )
        return len(gone.all())


def origin_of(address: str) -> str | None:
    """What counts as one place: a number, an IPv4 address, an IPv6 network."""
    if is_e164(address):
        return address
    try:
        found: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if not found.is_global:
        return None
    if isinstance(found, IPv4Address):
        return str(found)
    return str(IPv6Network((found, NETWORK), strict=False))
