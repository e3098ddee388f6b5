"""Labels as Rasa training data, for a person to read before anything learns from it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.clock import Clock
from bot.conversations.models import Understanding
from bot.database import Sessions, reading
from bot.documents import parse
from bot.privacy.masking import redact
from bot.review.models import ReviewLine

DATA = Path("data")
STRINGS_FILE = Path(__file__).with_name("strings.yml")
FRAME = 'version: "3.1"\nnlu:\n'
# After a placeholder, Rasa would read these as the beginning of an entity.
ENTITY = re.compile(r"\](?=[({])")
MARKER = re.compile(r"^[-\s]+")
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Exported:
    """A file's text, and how many sentences are in it."""

    text: str
    count: int


class Exporter:
    """Writes labels as NLU examples; changes neither training data nor model."""

    def __init__(
        self, sessions: Sessions, clock: Clock, *, region: str, data: Path = DATA
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._region = region
        self._data = data
        self._heads: Mapping[str, str] = parse(
            STRINGS_FILE.read_text(encoding="utf-8")
        )["head"]

    def export(self, language: str, *, days: int | None = None) -> Exported:
        """What was labelled in a language, in the last `days` or ever."""
        since = None if days is None else self._clock.now() - timedelta(days=days)
        kept, left = self._sort(self._labels(language, since), language)
        count = sum(map(len, kept.values()))
        day = self._clock.now().date().isoformat()
        head = self._heads[language].format(count=count, day=day, **left)
        return Exported(head + FRAME + "".join(_examples(kept)), count)

    def _labels(self, language: str, since: datetime | None) -> list[tuple[str, str]]:
        """Intent and masked text of each label, the oldest first."""
        query = (
            select(ReviewLine.intent, ReviewLine.text)
            .join(
                Understanding,
                (Understanding.conversation_id == ReviewLine.conversation_id)
                & (Understanding.seq == ReviewLine.seq),
            )
            .where(ReviewLine.state == "labelled", Understanding.language == language)
            .order_by(ReviewLine.labelled_at, ReviewLine.seq)
        )
        if since is not None:
            query = query.where(ReviewLine.labelled_at >= since)
        with reading(self._sessions) as session:
            rows = session.execute(query).all()
        return [(intent or "", text or "") for intent, text in rows]

    def _sort(
        self, labels: Iterable[tuple[str, str]], language: str
    ) -> tuple[Mapping[str, list[str]], Mapping[str, int]]:
        """Sentences by intent, each once, and how many were left out why."""
        kept: dict[str, list[str]] = defaultdict(list)
        taught, meant = known_sentences(self._data, language), dict[str, set[str]]()
        left = {"known": 0, "personal": 0, "contrary": 0}
        spoken: dict[str, str] = {}
        for intent, text in labels:
            sentence = _one_line(text)
            if redact(sentence, region=self._region) != sentence:
                left["personal"] += 1
            elif alike(sentence) in taught:
                left["known"] += 1
            elif alike(sentence):
                spoken.setdefault(alike(sentence), sentence)
                meant.setdefault(alike(sentence), set()).add(intent)
        for key, intents in meant.items():
            if len(intents) > 1:
                left["contrary"] += 1
            else:
                kept[min(intents)].append(spoken[key])
        return kept, left


def known_sentences(data: Path, language: str) -> set[str]:
    """Every sentence of the training data of a language, as `alike` spells it."""
    files = sorted(data.glob(f"*/nlu.{language}.yml"))
    return {
        alike(MARKER.sub("", line))
        for file in files
        for item in parse(file.read_text(encoding="utf-8")).get("nlu") or ()
        for line in str(item.get("examples") or "").splitlines()
    }


def alike(sentence: str) -> str:
    """The words alone: case and punctuation teach nothing new."""
    return " ".join(WORD.findall(sentence.casefold()))


def _one_line(text: str) -> str:
    return ENTITY.sub("] ", MARKER.sub("", " ".join(text.split())))


def _examples(kept: Mapping[str, list[str]]) -> Iterator[str]:
    for intent in sorted(kept):
        yield f"  - intent: {intent}\n    examples: |\n"
        yield from (f"      - {sentence}\n" for sentence in kept[intent])
    if not kept:
        yield "  []\n"
