"""What the service says by itself, read from `strings.yml`."""

from pathlib import Path

from bot.conversations.lines import AGAIN, Line, Option
from bot.documents import parse

STRINGS_FILE = Path(__file__).with_name("strings.yml")
PERSON = "/talk_to_human"


class Wording:
    """Lines that no dialogue has chosen, in the conversation's language."""

    def __init__(self, path: Path = STRINGS_FILE) -> None:
        self._texts: dict[str, dict[str, str]] = parse(path.read_text(encoding="utf-8"))

    def waiting(self, language: str) -> Line:
        """The notice that the answer will come later."""
        return Line(self._texts["waiting"][language], kind="notice")

    def left(self, language: str) -> Line:
        """Tells the team that the visitor will not read on."""
        return Line(self._texts["left"][language], kind="left")

    def no_answer(self, language: str, values_seq: int) -> Line:
        """Says that there is no answer, and offers two ways on."""
        texts = {name: text[language] for name, text in self._texts.items()}
        options = (
            Option(texts["try_again"], f"{AGAIN}{values_seq}"),
            Option(texts["talk_to_person"], PERSON),
        )
        return Line(texts["no_answer"], kind="options", options=options)
