"""Which articles are near to a text: by what they say, and by whom they answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.engine.nlu.encoder import Encoder, Floats
from bot.engine.nlu.text import load_abbreviations, normalise
from bot.engine.nlu.threads import single_thread
from bot.knowledge.articles import Article

# Cosine below which an article says nothing to the matter.
LEAST = 0.25
# What an article gains when one of its intents is all that the text could mean.
INTENT_SHARE = 0.2


@dataclass(frozen=True)
class Passages:
    """Titles and paragraphs: whose they are, and their meanings, a row each."""

    articles: tuple[Article, ...]
    meanings: Floats

    def near(
        self, meaning: Floats, language: str, shares: Mapping[str, float], *, most: int
    ) -> list[tuple[str, float]]:
        """Source ids with scores 0-1, best first, of the articles in `language`.

        `shares` says how much of what the text could mean is which intent.
        """
        found: dict[str, float] = {}
        likeness = self.meanings @ meaning
        for article, alike in zip(self.articles, likeness.tolist(), strict=True):
            if article.language == language and alike >= LEAST:
                share = max(
                    (shares.get(name, 0) for name in article.intents), default=0
                )
                score = (alike + INTENT_SHARE * share) / (1 + INTENT_SHARE)
                found[article.id] = max(score, found.get(article.id, 0))
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return [(source, round(score, 3)) for source, score in ranked[:most]]


def read_passages(articles: Iterable[Article], encoder: Encoder) -> Passages:
    """Encode the titles and paragraphs of `articles`: 3 ms each."""
    abbreviations = load_abbreviations()
    pairs = [
        (article, normalise(text, abbreviations))
        for article in articles
        for text in (article.title, *article.text.split("\n\n"))
    ]
    with single_thread():
        meanings = encoder.encode([text for _, text in pairs]).meaning
    return Passages(tuple(article for article, _ in pairs), meanings)
