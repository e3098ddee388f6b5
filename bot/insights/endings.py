"""How a conversation ended, told by its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.conversations.lines import AGAIN
from bot.conversations.models import Conversation, Message, Understanding
from bot.insights.models import Ending

# Understood, but nothing that somebody has come for.
COURTESIES = frozenset(
    {
        *("greet", "goodbye", "thank", "affirm", "deny", "ask_capabilities"),
        *("bot_challenge", "request_language", "out_of_scope"),
    }
)
# As somebody's last words they say that nothing was solved.
GIVING_UP = frozenset({"cancel", "express_frustration"})


@dataclass(frozen=True)
class Story:
    """What tells how a conversation ended; lines are in order."""

    conversation: Conversation
    messages: Sequence[Message]
    understood: Mapping[int, Understanding]
    handed_over: bool

    @property
    def ending(self) -> Ending:
        """The first of these that is true."""
        if not self._said:
            return "silent"
        if self.handed_over:
            return "handed_over"
        return "abandoned" if self._left or not self._served else "contained"

    @property
    def missed(self) -> int:
        """How many typed lines were not understood."""
        return sum(each.fallback for each in self.understood.values())

    @property
    def _said(self) -> list[Message]:
        return [each for each in self.messages if each.author == "visitor"]

    @property
    def _left(self) -> bool:
        """Whether somebody went away in the middle of something."""
        last = self._said[-1]
        return (
            self.conversation.asks
            or last.answered_at is None
            or _gives_up(last, self.understood.get(last.seq))
            or _has_no_answer(self.messages[-1])
        )

    @property
    def _served(self) -> bool:
        """Whether a wish was understood and answered."""
        return any(
            line.answered_at is not None
            and _is_wish(line, self.understood.get(line.seq))
            for line in self._said
        )


def _gives_up(line: Message, taken_for: Understanding | None) -> bool:
    if line.payload is not None:
        return line.payload.removeprefix("/") in GIVING_UP
    if taken_for is None:
        return False
    return taken_for.fallback or taken_for.intent in GIVING_UP


def _is_wish(line: Message, taken_for: Understanding | None) -> bool:
    if line.payload is not None:
        return line.payload.removeprefix("/") not in COURTESIES | GIVING_UP
    if taken_for is None or taken_for.fallback:
        return False
    return taken_for.intent not in COURTESIES | GIVING_UP


def _has_no_answer(line: Message) -> bool:
    """Whether it is the admission that the assistant could not answer."""
    return any(each["payload"].startswith(AGAIN) for each in line.options)
