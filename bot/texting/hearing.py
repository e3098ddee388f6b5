"""How a text gets into its conversation: as words, as a choice, or as unreadable."""

from functools import partial

from bot.conversations.errors import (
    MessagesTooFast,
    OptionNotOffered,
    TextMissing,
    TextTooLong,
)
from bot.conversations.lines import Line
from bot.conversations.offers import Offers
from bot.conversations.service import Conversations
from bot.conversations.unreadable import Unreadable
from bot.texting.inbox import Received
from bot.texting.numbering import Chooser
from bot.texting.wording import Wording


class TextHearing:
    """Appends texts to conversations; the same text twice changes nothing."""

    def __init__(
        self,
        conversations: Conversations,
        offers: Offers,
        unreadable: Unreadable,
        chooser: Chooser,
        wording: Wording,
    ) -> None:
        self._conversations = conversations
        self._offers = offers
        self._unreadable = unreadable
        self._chooser = chooser
        self._wording = wording

    def hear(self, conversation_id: str, received: Received) -> str:
        """Append a text; gives what was made of it.

        Raises:
            ConversationUnknown: it does not exist (any more).
        """
        try:
            self._take(conversation_id, received)
        except TextMissing:
            kind = "picture" if received.media else "empty"
            return self.turn_down(conversation_id, received, kind)
        except TextTooLong:
            return self.turn_down(conversation_id, received, "too_long")
        except MessagesTooFast:
            return "too_fast"
        return "heard"

    def turn_down(
        self, conversation_id: str, received: Received, kind: str, **values: object
    ) -> str:
        """Say why a text is not read, and leave its words out of the log."""
        answer = partial(self._answer, kind, values)
        self._unreadable.take(
            conversation_id, answer, kind=kind, provider_id=received.provider_id
        )
        return kind

    def _take(self, conversation_id: str, received: Received) -> None:
        options = self._offers.of(conversation_id)
        option = self._chooser.choose(received.text, options)
        if option is not None:
            try:
                self._append(conversation_id, received, payload=option.payload)
            except OptionNotOffered:
                # Others were offered at this moment: it is what it says.
                self._append(conversation_id, received, text=received.text)
        else:
            self._append(conversation_id, received, text=received.text)

    def _append(
        self,
        conversation_id: str,
        received: Received,
        *,
        text: str = "",
        payload: str | None = None,
    ) -> None:
        self._conversations.hear(
            conversation_id,
            text=text,
            payload=payload,
            provider_id=received.provider_id,
            via="sms",
        )

    def _answer(self, kind: str, values: dict[str, object], language: str) -> Line:
        return Line(self._wording.text(kind, language, **values), kind="notice")
