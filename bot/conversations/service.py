"""Conversations: what was said, in order, and who speaks for the service."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.conversations.errors import LanguageUnknown
from bot.conversations.hearing import (
    Detect,
    Said,
    choose,
    language_of,
    line_of,
    read_text,
    refuse_haste,
)
from bot.conversations.lines import (
    Heard,
    Line,
    MessageView,
    Option,
    Thread,
    Waiting,
)
from bot.conversations.models import Author, Channel, Conversation, Message
from bot.conversations.repository import ConversationRepository
from bot.conversations.saying import Saying
from bot.conversations.understanding import Understood, note
from bot.conversations.wording import Wording
from bot.database import Sessions, reading
from bot.privacy.disclosures import Disclosures
from bot.settings import Settings

LANGUAGES = ("en", "es")
SMS_LENGTH = 1600
PAGE = 500

Forget = Callable[[Session, str], None]
# What an option does by itself: the conversation's id, and the number of the line.
Chosen = Callable[[Session, str, int], None]
logger = structlog.get_logger(__name__)


class Conversations:
    """The log of every conversation; each method is one transaction."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        *,
        settings: Settings,
        disclosures: Disclosures,
        detect: Detect,
        new_id: Callable[[], str],
        wording: Wording,
        forget: Sequence[Forget] = (),
        on_heard: Sequence[Forget] = (),
        saying: Saying | None = None,
        on_replied: Sequence[Forget] = (),
        on_chosen: Mapping[str, Chosen] = MappingProxyType({}),
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._settings = settings
        self._limits = {"web": settings.message_length, "sms": SMS_LENGTH}
        self._disclosures = disclosures
        self._detect = detect
        self._new_id = new_id
        self._wording = wording
        self._forget = forget
        self._on_heard = on_heard
        self._saying = saying or Saying()
        self._on_replied = on_replied
        self._on_chosen = on_chosen

    def start(
        self,
        channel: Channel = "web",
        *,
        language: str | None = None,
        session: Session | None = None,
    ) -> str:
        """Open a conversation; gives its id, which nobody can guess.

        With a `session` it joins the caller's transaction.

        Raises:
            LanguageUnknown: the service does not speak `language`.
        """
        spoken = _known(language or self._settings.language)
        now = self._clock.now()
        conversation = Conversation(
            id=self._new_id(),
            channel=channel,
            language=spoken,
            created_at=now,
            last_at=now,
        )
        with _within(session, self._sessions) as writing:
            writing.add(conversation)
            writing.flush()
        return conversation.id

    def hear(
        self,
        conversation_id: str,
        *,
        text: str = "",
        payload: str | None = None,
        client_id: str | None = None,
        provider_id: str | None = None,
        via: Channel | None = None,
    ) -> Heard:
        """Append what a visitor typed, or the option with `payload`.

        The conversation goes on by the channel that it came `via`. The same
        `client_id` or `provider_id` again changes nothing.

        Raises:
            ConversationUnknown, TextMissing, TextTooLong, MessagesTooFast,
            OptionNotOffered: nothing was appended.
        """
        ids = (client_id, provider_id)
        try:
            return self._hear(conversation_id, text, payload, ids, via)
        except IntegrityError:
            # The same delivery got into another conversation at this moment.
            return self._hear(conversation_id, text, payload, ids, via)

    def _hear(
        self,
        conversation_id: str,
        text: str,
        payload: str | None,
        ids: tuple[str | None, str | None],
        via: Channel | None,
    ) -> Heard:
        now = self._clock.now()
        with self._sessions.begin() as session:
            log = ConversationRepository(session)
            conversation = log.lock(conversation_id)
            before = log.heard(conversation_id, *ids)
            if before is not None:
                return Heard(before, new=False)
            channel = via or conversation.channel
            said = self._understand(log, conversation, text, payload, channel)
            limit = self._settings.messages_per_minute
            refuse_haste(log, conversation_id, now, limit=limit)
            language = language_of(conversation, said, self._detect)
            log.advance(
                conversation, 1, language=language, channel=channel, last_at=now
            )
            line = line_of(conversation, said, *ids, now)
            log.append(line)
            self._disclosures.keep(session, conversation_id, line.seq, said.found)
            for forget in self._on_heard:
                forget(session, conversation_id)
            if chosen := self._on_chosen.get(said.payload or ""):
                chosen(session, conversation_id, line.seq)
        return Heard(line.seq, new=True)

    def _understand(
        self,
        log: ConversationRepository,
        conversation: Conversation,
        text: str,
        payload: str | None,
        channel: str,
    ) -> Said:
        if payload is not None:
            return choose(log, conversation.id, payload)
        limit = self._limits[channel]
        return read_text(text, limit=limit, region=self._settings.region)

    def reply(
        self,
        conversation_id: str,
        seq: int,
        lines: Sequence[Line],
        *,
        understood: Understood | None = None,
        asks: bool = False,
    ) -> tuple[int, ...]:
        """Append the bot's answer to line `seq`; gives the new lines' numbers.

        `asks`: the assistant waits for a word of the person, as a form does.

        Dropped, with nothing appended, when a person took the conversation over in
        the meantime or the line was answered already. What was asked to follow on the
        answer, such as the queue, does so in the same transaction.
        """
        now = self._clock.now()
        with self._sessions.begin() as session:
            log = ConversationRepository(session)
            conversation = log.advance_if(
                conversation_id,
                len(lines),
                Conversation.owner == "bot",
                last_at=now,
                asks=asks,
            )
            if conversation is None:
                return self._drop(session, conversation_id, seq, "not the bot's")
            if not log.answer(conversation_id, seq, now):
                return self._drop(session, conversation_id, seq, "answered before")
            conversation.outage_at = None
            numbers = self._saying.append(
                session, conversation, lines, author="bot", at=now, answers=seq
            )
            if understood is not None:
                note(session, conversation, understood, now)
            session.flush()
            for follow in self._on_replied:
                follow(session, conversation_id)
        return numbers

    def _drop(
        self, session: Session, conversation_id: str, seq: int, why: str
    ) -> tuple[int, ...]:
        session.rollback()
        logger.warning("reply_dropped", conversation=conversation_id, seq=seq, why=why)
        return ()

    def apologise(self, conversation_id: str, waiting: Waiting) -> tuple[int, ...]:
        """Answer a line with the admission that there is no answer to it."""
        line = self._wording.no_answer(waiting.language, waiting.values_seq)
        return self.reply(conversation_id, waiting.seq, (line,))

    def announce_outage(self, conversation_id: str) -> bool:
        """Say once per outage that the answer will come later."""
        now = self._clock.now()
        with self._sessions.begin() as session:
            log = ConversationRepository(session)
            conversation = log.advance_if(
                conversation_id,
                1,
                Conversation.owner == "bot",
                Conversation.outage_at.is_(None),
                outage_at=now,
                last_at=now,
            )
            if conversation is None:
                return False
            line = self._wording.waiting(conversation.language)
            self._saying.append(session, conversation, (line,), author="system", at=now)
        return True

    def add(self, conversation_id: str, line: Line, *, author: Author) -> int:
        """Append a line of an agent or of the system; gives its number.

        Raises:
            ConversationUnknown: it does not exist.
        """
        now = self._clock.now()
        with self._sessions.begin() as session:
            log = ConversationRepository(session)
            conversation = log.lock(conversation_id)
            log.advance(conversation, 1, last_at=now)
            (seq,) = self._saying.append(
                session, conversation, (line,), author=author, at=now
            )
        return seq

    def read(
        self, conversation_id: str, *, after: int = 0, limit: int = PAGE
    ) -> Thread:
        """The lines after `after`, oldest first, at most `limit`.

        Raises:
            ConversationUnknown: it does not exist.
        """
        with reading(self._sessions) as session:
            log = ConversationRepository(session)
            conversation = log.get(conversation_id)
            messages = log.after(conversation_id, after, limit)
        views = tuple(_view(message) for message in messages)
        return Thread(
            views, conversation.owner, conversation.owner_name, conversation.language
        )

    def set_language(self, conversation_id: str, language: str) -> None:
        """Fix the language the person asked for.

        Raises:
            ConversationUnknown, LanguageUnknown: nothing was changed.
        """
        with self._sessions.begin() as session:
            conversation = ConversationRepository(session).lock(conversation_id)
            conversation.language = _known(language)
            conversation.language_fixed = True

    def forget(self, conversation_id: str, *, session: Session | None = None) -> None:
        """Delete the conversation with every line, value, session and proof of it."""
        with _within(session, self._sessions) as writing:
            for forget in self._forget:
                forget(writing, conversation_id)
            ConversationRepository(writing).erase(conversation_id)


def _within(
    session: Session | None, sessions: Sessions
) -> AbstractContextManager[Session]:
    """The caller's transaction, or one of its own."""
    return nullcontext(session) if session is not None else sessions.begin()


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise LanguageUnknown
    return language


def _view(message: Message) -> MessageView:
    options = tuple(Option(**option) for option in message.options)
    return MessageView(
        seq=message.seq,
        author=message.author,
        kind=message.kind,
        text=message.text,
        options=options,
        data=message.data,
        at=message.at,
        client_id=message.client_id,
    )
