"""How conversations are put together: their log, their visitors, their turns."""

import base64
from collections.abc import Callable
from uuid import uuid4

from bot.conversations.citations import Citations
from bot.conversations.departures import Departures
from bot.conversations.forgetting import rows_of
from bot.conversations.lines import BACK
from bot.conversations.notifier import Notifier
from bot.conversations.open_turns import OpenTurns
from bot.conversations.ratings import unlink_rating
from bot.conversations.saying import Saying
from bot.conversations.service import Conversations, Forget
from bot.conversations.turn import Gate, Pace, Turn
from bot.conversations.turns import Turns
from bot.conversations.visits import Visits, Website
from bot.conversations.web_sessions import WebSessions
from bot.conversations.wording import Wording as ConversationWording
from bot.engine.client import EngineClient
from bot.handoff.assembly import Handoff
from bot.insights.keeping import Keeping
from bot.language import detect
from bot.privacy.models import Disclosure
from bot.review.noticing import notice
from bot.texting.models import TextThread, WebLink
from bot.verification.backend import Backend
from bot.verification.models import Proof, Showing, Visitor
from bot.verification.outside import Outside

ID_BYTES, TOKEN_BYTES = 16, 32


def build_conversations(
    outside: Outside,
    backend: Backend,
    saying: Saying,
    team: Handoff,
    facts: Keeping,
    *on_heard: Forget,
) -> Conversations:
    """The log, and who is told of what is heard and said."""
    return Conversations(
        outside.sessions,
        outside.clock,
        settings=outside.settings,
        disclosures=backend.disclosures,
        detect=detect,
        new_id=lambda: outside.randomness.octets(ID_BYTES).hex(),
        wording=ConversationWording(),
        forget=[
            # First: the others delete what it reads.
            facts.let_conversation_go,
            rows_of(Disclosure),
            rows_of(Proof),
            rows_of(Showing),
            unlink_rating,
            rows_of(Visitor),
            rows_of(TextThread),
            rows_of(WebLink),
        ],
        on_heard=[backend.showings.go_on, *on_heard],
        saying=saying,
        on_replied=[team.queueing.join, notice],
        on_chosen={BACK: team.queueing.leave},
    )


def build_web_sessions(outside: Outside) -> WebSessions:
    """The right of tools and tabs to their conversations."""
    return WebSessions(
        outside.sessions,
        outside.clock,
        lifetime=outside.settings.session_lifetime,
        new_token=new_tokens(outside),
    )


def build_visits(
    outside: Outside,
    conversations: Conversations,
    departures: Departures,
    website: Website,
) -> Visits:
    """Browsers that come, come back and sign in."""
    return Visits(
        outside.sessions,
        outside.clock,
        settings=outside.settings,
        conversations=conversations,
        departures=departures,
        website=website,
        new_token=new_tokens(outside),
    )


def new_tokens(outside: Outside) -> Callable[[], str]:
    """Makes secrets of 256 random bits."""

    def new_token() -> str:
        octets = outside.randomness.octets(TOKEN_BYTES)
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

    return new_token


def build_turns(
    outside: Outside,
    conversations: Conversations,
    citations: Citations,
    engine: EngineClient,
    notifier: Notifier,
) -> Turns:
    """Turn taking with the engine."""
    pace = Pace()
    gate = Gate(pace.at_once)

    def new_turn(conversation_id: str) -> Turn:
        return Turn(
            conversation_id,
            conversations=conversations,
            citations=citations,
            engine=engine,
            gate=gate,
            pace=pace,
            notify=notifier.notify,
        )

    open_turns = OpenTurns(outside.sessions, outside.clock)
    return Turns(open_turns, new_turn, holder=uuid4().hex, pace=pace)
