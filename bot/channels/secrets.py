"""Lines as their visitor reads them: with the secrets that are shown to them now.

Of all readers of the log, only the visitor's own channel fills them in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversations.lines import MessageView, Thread
from bot.conversations.service import PAGE
from bot.services import Services


def read_with_secrets(
    services: Services, conversation_id: str, *, after: int, limit: int = PAGE
) -> Thread:
    """The lines after `after`; what names a `showing` gets its `secret`, or `gone`.

    Raises:
        ConversationUnknown: it does not exist.
    """
    thread = services.conversations.read(conversation_id, after=after, limit=limit)
    named = [shown for each in thread.messages if (shown := _showing_of(each))]
    bodies = services.showings.read(conversation_id, named)
    filled = (_fill(message, bodies) for message in thread.messages)
    return replace(thread, messages=tuple(filled))


def _showing_of(message: MessageView) -> str | None:
    showing = message.data.get("showing")
    return showing if message.author == "bot" and isinstance(showing, str) else None


def _fill(message: MessageView, bodies: Mapping[str, dict[str, Any]]) -> MessageView:
    showing = _showing_of(message)
    if showing is None:
        return message
    body = bodies.get(showing)
    seen: dict[str, Any] = {"gone": True} if body is None else {"secret": body}
    return replace(message, data={**message.data, **seen})
