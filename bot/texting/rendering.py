"""The service's lines as text messages: few, short, in letters that cost one place."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.conversations.lines import Option
from bot.conversations.models import Message
from bot.telephony.segments import fold, segments
from bot.texting.linking import LIFETIME
from bot.texting.numbering import numbered
from bot.texting.wording import Wording

MOST_SEGMENTS = 2
MINUTES = int(LIFETIME.total_seconds()) // 60


@dataclass(frozen=True)
class Piece:
    """What one line says in a text; `instead` names what is said in its place."""

    text: str
    instead: str | None = None


class Rendering:
    """Writes the lines of one answer as texts of two segments at most.

    What is longer, and every secret, is left to the web: a link stands for it, one
    for the whole answer.
    """

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def texts(
        self, lines: Sequence[Message], *, language: str, link: Callable[[], str]
    ) -> list[str]:
        """The texts in their order; `link` makes the link when one is needed."""
        pieces = list(_pieces(lines))
        reasons = [piece.instead for piece in pieces if piece.instead]
        if not reasons:
            return list(_packed(piece.text for piece in pieces))
        name = "secret" if "secret" in reasons else "link"
        said = self._wording.text(name, language, minutes=MINUTES, link=link())
        return list(_packed(_with(pieces, fold(said))))


def _pieces(lines: Iterable[Message]) -> Iterator[Piece]:
    first = 1
    for line in lines:
        options = [Option(**option) for option in line.options]
        parts = [line.text, *numbered(options, first)]
        text = fold("\n".join(part for part in parts if part))
        first += len(options)
        if "showing" in line.data:
            yield Piece(text, "secret")
        elif segments(text) > MOST_SEGMENTS:
            yield Piece(text, "link")
        elif text:
            yield Piece(text)


def _with(pieces: Sequence[Piece], said: str) -> Iterator[str]:
    """The pieces, with what is said instead of the first that cannot be a text."""
    told = False
    for piece in pieces:
        if not piece.instead:
            yield piece.text
        elif not told:
            told = True
            yield said


def _packed(pieces: Iterable[str]) -> Iterator[str]:
    """Short pieces joined, as long as they fit together."""
    packed = ""
    for piece in pieces:
        joined = f"{packed}\n{piece}" if packed else piece
        if packed and segments(joined) > MOST_SEGMENTS:
            yield packed
            joined = piece
        packed = joined
    if packed:
        yield packed
