"""Visits over one database, with a website that vouches for whom it is told."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import ManualClock
from bot.conversations.departures import Departures
from bot.conversations.models import WebSession
from bot.conversations.visits import Arrival, Visits
from bot.conversations.web_sessions import Visit, WebSessions
from bot.conversations.wording import Wording
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from bot.settings import Settings
from bot.verification.errors import IdentityTokenInvalid
from tests.unit.conversing import Stage


@dataclass
class KnownPeople:
    """A website whose identity token is the person's name."""

    known: dict[str, str] = field(default_factory=dict)

    def acquaintance(
        self, _session: Session, chat: str, token: str
    ) -> Literal["intruder", "signed_in", "new"]:
        if not token:
            raise IdentityTokenInvalid("unreadable")
        if chat not in self.known:
            return "new"
        return "signed_in" if self.known[chat] == token else "intruder"

    def vouch(self, _session: Session, chat: str, token: str) -> None:
        self.known[chat] = token


class Reception:
    """Where browsers come."""

    def __init__(
        self, sessions: Sessions, clock: ManualClock, cipher: Cipher, **chosen: Any
    ) -> None:
        self.sessions = sessions
        self.clock = clock
        settings = Settings(**chosen)
        self.stage = Stage(sessions, clock, cipher, settings)
        self.website = KnownPeople()
        self.web_sessions = WebSessions(
            sessions, clock, lifetime=86400, new_token=self._new_token
        )
        conversations = self.stage.conversations
        self.departures = Departures(sessions, clock, conversations, Wording())
        self.visits = Visits(
            sessions,
            clock,
            settings=settings,
            conversations=conversations,
            departures=self.departures,
            website=self.website,
            new_token=self._new_token,
        )

    def come(self, cookie: str | None = None, **options: Any) -> Arrival:
        return self.visits.come(cookie, **options)

    def cookie(self, **options: Any) -> str:
        """The cookie of a browser that comes for the first time."""
        return cookie_of(self.come(**options))

    def recognise(self, arrival: Arrival) -> Visit:
        return self.web_sessions.recognise(arrival.token.token)

    def rows(self, *conditions: Any) -> list[WebSession]:
        with self.sessions() as session:
            return list(session.scalars(select(WebSession).where(*conditions)))

    def _new_token(self) -> str:
        return secrets.token_urlsafe(32)


def cookie_of(arrival: Arrival) -> str:
    """The cookie that an arrival brings."""
    assert arrival.cookie is not None
    return arrival.cookie.token
