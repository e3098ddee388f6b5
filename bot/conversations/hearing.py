"""How a visitor's line gets into the log: once, masked, and not too often."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from bot.conversations.cleaning import clean
from bot.conversations.errors import MessagesTooFast, OptionNotOffered
from bot.conversations.models import Conversation, Message
from bot.conversations.repository import ConversationRepository
from bot.privacy.masking import Found, mask

Detect = Callable[[str], str | None]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Said:
    """What a visitor said: masked text with its values, or an option's payload."""

    text: str
    payload: str | None = None
    found: tuple[Found, ...] = ()


def read_text(text: str, *, limit: int, region: str) -> Said:
    """Clean and mask a typed text.

    Raises:
        TextMissing, TextTooLong: as `clean` has it.
    """
    masked = mask(clean(text, limit=limit), region=region)
    return Said(masked.text, found=masked.found)


def choose(log: ConversationRepository, conversation_id: str, payload: str) -> Said:
    """Find the option with this payload among those that are still offered.

    An option is offered until one is chosen or the bot offers others.

    Raises:
        OptionNotOffered: it is not among them.
    """
    for option in offered(log.offering(conversation_id)):
        if option["payload"] == payload:
            return Said(option["title"], payload=payload)
    raise OptionNotOffered


def offered(newest_first: Sequence[Message]) -> list[dict[str, str]]:
    """The options of the newest turn that has any, in the order they were shown."""
    return [
        option
        for message in reversed(newest_first)
        if _same_turn(message, newest_first[0])
        for option in message.options
    ]


def _same_turn(message: Message, newest: Message) -> bool:
    if newest.answers is None:
        return message.seq == newest.seq
    return message.answers == newest.answers


def refuse_haste(
    log: ConversationRepository, conversation_id: str, now: datetime, *, limit: int
) -> None:
    """Let `limit` lines a minute through.

    Raises:
        MessagesTooFast: it is one too many.
    """
    moments = log.moments(conversation_id, now - MINUTE)
    if len(moments) >= limit:
        opens = moments[-limit] + MINUTE
        raise MessagesTooFast(max(1, ceil((opens - now).total_seconds())))


def language_of(conversation: Conversation, said: Said, detect: Detect) -> str:
    """The language the conversation goes on in after this line."""
    if conversation.language_fixed or said.payload is not None:
        return conversation.language
    return detect(said.text) or conversation.language


def line_of(
    conversation: Conversation,
    said: Said,
    client_id: str | None,
    provider_id: str | None,
    at: datetime,
) -> Message:
    """The row of a line, numbered by the conversation's raised `last_seq`."""
    return Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author="visitor",
        language=conversation.language,
        text=said.text,
        client_id=client_id,
        provider_id=provider_id,
        payload=said.payload,
        at=at,
    )
