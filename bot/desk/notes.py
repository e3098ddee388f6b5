"""Notes and tags: what agents tell each other about a conversation."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.agents.audit import Audit
from bot.agents.models import Agent
from bot.agents.signed_in import SignedIn
from bot.clock import Clock
from bot.conversations.cleaning import clean
from bot.conversations.errors import ConversationUnknown, TextMissing, TextTooLong
from bot.conversations.models import Conversation
from bot.database import Sessions
from bot.desk.errors import NoteMissing, NoteTooLong, TagMalformed, TooManyTags
from bot.desk.models import Note, Tag
from bot.privacy.masking import mask

LONGEST_NOTE = 4000
LONGEST_TAG, MOST_TAGS = 30, 10
TAG = re.compile(r"[^\W\d_]+(-[^\W\d_]+)*")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class NoteView:
    """A note and who wrote it."""

    id: str
    agent: str
    text: str
    at: datetime


class Notes:
    """Adds notes and changes tags; `tell` hears which conversation has changed."""

    def __init__(
        self, sessions: Sessions, clock: Clock, audit: Audit, *, region: str, tell: Tell
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._audit = audit
        self._region = region
        self._tell = tell

    def add(self, who: SignedIn, conversation_id: str, text: str) -> NoteView:
        """Add a note; numbers, codes and addresses are masked in it.

        Raises:
            NotAllowed, ConversationUnknown, NoteMissing, NoteTooLong: it was not added.
        """
        who.require("work")
        note = Note(
            conversation_id=conversation_id,
            agent_id=who.agent_id,
            text=mask(_read(text), region=self._region).text,
            at=self._clock.now(),
        )
        with self._sessions.begin() as session:
            require_conversation(session, conversation_id)
            session.add(note)
            session.flush()
            self._note(session, who, conversation_id, "note", note=note.id)
        self._tell(conversation_id)
        return NoteView(note.id, who.name, note.text, note.at)

    def tag(
        self,
        who: SignedIn,
        conversation_id: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
    ) -> tuple[str, ...]:
        """Add tags and take some off; gives all that are there then.

        Raises:
            NotAllowed, ConversationUnknown, TagMalformed, TooManyTags: none changed.
        """
        who.require("work")
        more, fewer = sorted(set(map(_spell, add))), sorted(set(map(_spell, remove)))
        with self._sessions.begin() as session:
            require_conversation(session, conversation_id, locked=True)
            _remove(session, conversation_id, fewer)
            _add(session, conversation_id, more)
            tags = tags_of(session, conversation_id)
            if len(tags) > MOST_TAGS:
                raise TooManyTags(MOST_TAGS)
            added, removed = " ".join(more), " ".join(fewer)
            self._note(
                session, who, conversation_id, "tags", added=added, removed=removed
            )
        self._tell(conversation_id)
        return tags

    def _note(
        self, session: Session, who: SignedIn, chat: str, act: str, **detail: str
    ) -> None:
        self._audit.note(
            session, act, agent_id=who.agent_id, conversation_id=chat, **detail
        )


def notes_of(session: Session, conversation_id: str) -> tuple[NoteView, ...]:
    """A conversation's notes, oldest first."""
    rows = session.execute(
        select(Note, Agent.name)
        .join(Agent, Agent.id == Note.agent_id)
        .where(Note.conversation_id == conversation_id)
        .order_by(Note.at, Note.id)
    )
    return tuple(NoteView(note.id, name, note.text, note.at) for note, name in rows)


def tags_of(session: Session, conversation_id: str) -> tuple[str, ...]:
    """A conversation's tags, in the order of the alphabet."""
    query = select(Tag.tag).where(Tag.conversation_id == conversation_id)
    return tuple(session.scalars(query.order_by(Tag.tag)))


def require_conversation(
    session: Session, conversation_id: str, *, locked: bool = False
) -> Conversation:
    """The conversation.

    Raises:
        ConversationUnknown: it does not exist.
    """
    found = session.get(Conversation, conversation_id, with_for_update=locked or None)
    if found is None:
        raise ConversationUnknown
    return found


def _read(text: str) -> str:
    try:
        return clean(text, limit=LONGEST_NOTE)
    except TextMissing:
        raise NoteMissing from None
    except TextTooLong as error:
        raise NoteTooLong(error.limit) from None


def _spell(tag: str) -> str:
    spelled = "-".join(tag.casefold().split())
    if len(spelled) > LONGEST_TAG or not TAG.fullmatch(spelled):
        raise TagMalformed
    return spelled


def _add(session: Session, conversation_id: str, tags: Sequence[str]) -> None:
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    for tag in tags:
        row = {"conversation_id": conversation_id, "tag": tag}
        session.execute(insert(Tag).values(row).on_conflict_do_nothing())


def _remove(session: Session, conversation_id: str, tags: Sequence[str]) -> None:
    session.execute(
        delete(Tag).where(Tag.conversation_id == conversation_id, Tag.tag.in_(tags))
    )
