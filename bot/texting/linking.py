"""Links from a text to the web: the same conversation, opened once by who has them."""

import hashlib
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.database import Sessions, reading
from bot.texting.errors import LinkExpired, LinkUnknown, LinkUsed
from bot.texting.models import WebLink
from bot.verification.randomness import Randomness

# Crockford's base 32: nothing in it is mistaken for something else.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011", "- ")
# 60 bits; SP 800-63B-4, 4.1.2.2 asks for 40 at least, ten minutes at most, and once.
SYMBOLS = 12
LIFETIME = timedelta(minutes=10)
PATH = "/c/"


class Linking:
    """Makes links to conversations, and gives the conversation for a link."""

    def __init__(
        self, sessions: Sessions, clock: Clock, randomness: Randomness, *, base: str
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._randomness = randomness
        self._base = base

    def issue(self, session: Session, conversation_id: str) -> str:
        """The address of a new link, in the caller's transaction."""
        code = self._randomness.symbols(ALPHABET, SYMBOLS)
        session.add(
            WebLink(
                code_hash=_hash(code),
                conversation_id=conversation_id,
                expires_at=self._clock.now() + LIFETIME,
            )
        )
        return f"{self._base}{PATH}{code}"

    def look(self, code: str) -> None:
        """See whether a link can be followed; it still can be afterwards.

        Raises:
            LinkUnknown, LinkUsed, LinkExpired: it cannot.
        """
        with reading(self._sessions) as session:
            raise_if_over(session.get(WebLink, _hash(code)), self._clock)

    def redeem(self, code: str) -> str:
        """Follow a link, once; gives the conversation's id.

        Raises:
            LinkUnknown, LinkUsed, LinkExpired: it leads nowhere (any more).
        """
        now, code_hash = self._clock.now(), _hash(code)
        with self._sessions.begin() as session:
            followed = session.scalar(
                update(WebLink)
                .where(
                    WebLink.code_hash == code_hash,
                    WebLink.used_at.is_(None),
                    WebLink.expires_at > now,
                )
                .values(used_at=now)
                .returning(WebLink.conversation_id)
                .execution_options(synchronize_session=False)
            )
            if followed is None:
                raise_if_over(session.get(WebLink, code_hash), self._clock)
                raise LinkUnknown
            return followed

    def forget_expired(self) -> int:
        """Delete links that are over for a day; counts them."""
        before = self._clock.now() - timedelta(days=1)
        with self._sessions.begin() as session:
            over = session.scalars(select(WebLink).where(WebLink.expires_at < before))
            links = over.all()
            for link in links:
                session.delete(link)
        return len(links)


def raise_if_over(link: WebLink | None, clock: Clock) -> None:
    """Say why a link cannot be followed, if it cannot.

    Raises:
        LinkUnknown, LinkUsed, LinkExpired: the reason.
    """
    if link is None:
        raise LinkUnknown
    if link.used_at is not None:
        raise LinkUsed
    if link.expires_at <= clock.now():
        raise LinkExpired


def _hash(code: str) -> str:
    # 60 random bits, for ten minutes: a plain hash gives nothing away in time.
    read = code[:100].upper().translate(MISREAD)
    return hashlib.sha256(read.encode("utf-8", "replace")).hexdigest()
