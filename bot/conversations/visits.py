"""Visits: a browser comes, with a cookie or without, and gets a short-lived token."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.departures import Departures
from bot.conversations.errors import ConversationUnknown, SessionInvalid, VisitAgain
from bot.conversations.models import WebSession
from bot.conversations.repository import ConversationRepository
from bot.conversations.service import Conversations
from bot.conversations.session_rows import Opened, SessionRows
from bot.conversations.web_sessions import Visit
from bot.database import Sessions
from bot.settings import Settings

COOKIE_AGE = timedelta(hours=1)
OVERLAP = timedelta(seconds=60)
COOKIES = ("cookie", "retired")


@dataclass(frozen=True)
class Arrival:
    """What a browser gets; `cookie` is None where it has a younger one already.

    `left` is the conversation that this one takes the place of.
    """

    conversation_id: str
    token: Opened
    cookie: Opened | None
    resumed: bool = False
    left: str | None = None


class Website(Protocol):
    """Whom the host website has signed in, by the token that it has made."""

    def acquaintance(
        self, session: Session, conversation_id: str, identity_token: str
    ) -> Literal["intruder", "signed_in", "new"]:
        """Another person was known there; the same is signed in; or neither."""
        ...

    def vouch(
        self, session: Session, conversation_id: str, identity_token: str
    ) -> None:
        """Let the conversation be with the person of the token."""
        ...


class Visits:
    """Keeps a browser in its conversation; each method is one transaction.

    A conversation's row is locked before its sessions are looked at, so that tabs
    which come at the same moment take turns.
    """

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        *,
        settings: Settings,
        conversations: Conversations,
        departures: Departures,
        website: Website,
        new_token: Callable[[], str],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._token_lifetime = timedelta(seconds=settings.token_lifetime)
        self._cookie_lifetime = timedelta(seconds=settings.session_lifetime)
        self._conversations = conversations
        self._departures = departures
        self._website = website
        self._new_token = new_token

    def come(
        self,
        secret: str | None,
        *,
        language: str | None = None,
        fresh: bool = False,
        before_opening: Callable[[], None] = lambda: None,
    ) -> Arrival:
        """Go on in the cookie's conversation, or open one: always when it is `fresh`.

        Raises:
            VisitAgain: another tab has just got a new cookie for this browser.
        """
        now = self._clock.now()
        with self._sessions.begin() as session:
            rows = SessionRows(session, now)
            cookie = self._find(session, rows, secret) if secret else None
            if cookie is not None and not fresh:
                return self._resume(rows, cookie, secret or "", now)
            before_opening()
            left = cookie.conversation_id if cookie else None
            if left:
                self._departures.leave(session, rows, left, until=now + OVERLAP)
            opened = self._conversations.start(
                "web", language=language, session=session
            )
            return self._arrive(rows, opened, now, left=left)

    def enter(self, conversation_id: str) -> Opened:
        """A cookie for a conversation that was reached by a link.

        Raises:
            ConversationUnknown: it was forgotten.
        """
        now = self._clock.now()
        with self._sessions.begin() as session:
            ConversationRepository(session).lock(conversation_id)
            return self._open_cookie(SessionRows(session, now), conversation_id, now)

    def sign_in(self, visit: Visit, identity_token: str) -> Arrival:
        """Take the website's word; secrets from before count no more (fixation).

        Where another person was known, the conversation is left to nobody. Who is
        signed in already gets nothing more by it, and keeps the cookie: a website that
        tells on every page may lose an answer when its visitor goes on quickly.

        Raises:
            IdentityTokenInvalid: nothing was changed.
            SessionInvalid, ConversationUnknown: another tab was quicker.
        """
        now, old = self._clock.now(), visit.conversation_id
        with self._sessions.begin() as session:
            rows = SessionRows(session, now)
            language = ConversationRepository(session).lock(old).language
            if not rows.forget(WebSession.token_hash == visit.token_hash):
                raise SessionInvalid
            person = self._website.acquaintance(session, old, identity_token)
            if person == "intruder":
                self._departures.leave(session, rows, old, until=now + OVERLAP)
                new = self._conversations.start(language=language, session=session)
                self._website.vouch(session, new, identity_token)
                return self._arrive(rows, new, now, left=old)
            self._website.vouch(session, old, identity_token)
            if person == "signed_in":
                latest = rows.cookie_until(old) or visit.expires_at
                token = self._open_token(rows, old, now, latest)
                return Arrival(old, token, None, resumed=True)
            rows.end(old, now + OVERLAP)
            return self._arrive(rows, old, now, resumed=True)

    def _find(
        self, session: Session, rows: SessionRows, secret: str
    ) -> WebSession | None:
        found = rows.find(secret, *COOKIES, "ended")
        if found is None:
            return None
        try:
            ConversationRepository(session).lock(found.conversation_id)
        except ConversationUnknown:
            return None
        # What another tab did while this one waited for the lock counts.
        found = rows.find(secret, *COOKIES, "ended")
        if found is not None and found.kind == "ended":
            raise VisitAgain
        return found

    def _resume(
        self, rows: SessionRows, cookie: WebSession, secret: str, now: datetime
    ) -> Arrival:
        kept = self._keep(rows, cookie, secret, now)
        until = (kept or cookie).expires_at
        token = self._open_token(rows, cookie.conversation_id, now, until)
        return Arrival(cookie.conversation_id, token, kept, resumed=True)

    def _keep(
        self, rows: SessionRows, cookie: WebSession, secret: str, now: datetime
    ) -> Opened | None:
        """The cookie with a new life, or the one that follows it."""
        if cookie.kind == "retired":
            return None
        rows.retire_before(cookie, now + OVERLAP)
        if now - cookie.made_at > COOKIE_AGE:
            # The old one counts until the new one has arrived and comes back.
            return self._open_cookie(rows, cookie.conversation_id, now)
        cookie.expires_at = now + self._cookie_lifetime
        return Opened(secret, cookie.expires_at)

    def _arrive(
        self,
        rows: SessionRows,
        conversation_id: str,
        now: datetime,
        *,
        resumed: bool = False,
        left: str | None = None,
    ) -> Arrival:
        cookie = self._open_cookie(rows, conversation_id, now)
        token = self._open_token(rows, conversation_id, now, cookie.expires_at)
        return Arrival(conversation_id, token, cookie, resumed=resumed, left=left)

    def _open_cookie(
        self, rows: SessionRows, conversation_id: str, now: datetime
    ) -> Opened:
        until = now + self._cookie_lifetime
        return rows.open(conversation_id, self._new_token(), kind="cookie", until=until)

    def _open_token(
        self, rows: SessionRows, conversation_id: str, now: datetime, latest: datetime
    ) -> Opened:
        until = min(now + self._token_lifetime, latest)
        return rows.open(conversation_id, self._new_token(), kind="token", until=until)
