"""The articles that answers cite: Markdown files with a head of YAML."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

from bot.documents import parse
from bot.knowledge.errors import ArticleMalformed, ArticleUnknown

FOLDER = Path("data/knowledge")
FENCE = "---\n"


@dataclass(frozen=True)
class Article:
    """One article in one language; `id` is the source that answers cite.

    It is reviewed every `review_every` days and rests on `sources`.
    """

    id: str
    language: str
    title: str
    owner: str
    reviewed: date
    review_every: int
    intents: tuple[str, ...]
    sources: tuple[str, ...]
    text: str

    @property
    def review_due(self) -> date:
        """The last day on which it still counts as reviewed."""
        return self.reviewed + timedelta(days=self.review_every)


@dataclass(frozen=True)
class Citation:
    """What a reply shows of an article."""

    id: str
    title: str
    url: str


class Articles:
    """All articles, looked up by source id and by the intent they answer."""

    def __init__(self, articles: Iterable[Article], help_url: str) -> None:
        self._articles = {
            (article.id, article.language): article for article in articles
        }
        self._help_url = help_url.rstrip("/")

    def article(self, source: str, language: str) -> Article:
        """The article with this source id.

        Raises:
            ArticleUnknown: there is none in this language.
        """
        try:
            return self._articles[source, language]
        except KeyError:
            raise ArticleUnknown(source, language) from None

    def cite(self, source: str, language: str) -> Citation:
        """The link to show for a source id.

        Raises:
            ArticleUnknown: there is none in this language.
        """
        article = self.article(source, language)
        return Citation(source, article.title, f"{self._help_url}/{source}")

    def near(self, intents: Iterable[str], *, most: int = 3) -> list[str]:
        """Source ids of the articles for these intents, the likeliest first."""
        found: dict[str, None] = {}
        for intent in intents:
            for (source, _), article in self._articles.items():
                if intent in article.intents:
                    found.setdefault(source)
        return (list(found) or ["A5", "Q3"])[:most]

    def __iter__(self) -> Iterator[Article]:
        return iter(self._articles.values())


def load_articles(help_url: str, folder: Path = FOLDER) -> Articles:
    """Read every article of the folder.

    Raises:
        ArticleMalformed: a file has no head, or one that misses a field.
    """
    return Articles(map(_read, sorted(folder.glob("*.md"))), help_url)


def _read(path: Path) -> Article:
    source, language = path.stem.split(".")
    try:
        _, head, text = path.read_text("utf-8").split(FENCE, 2)
        fields = parse(head)
        for name in ("intents", "sources"):
            fields[name] = tuple(fields[name])
        article = Article(language=language, text=text.strip(), **fields)
        _ = article.review_due  # a date and a number, or a TypeError
    except (ValueError, TypeError, KeyError, yaml.YAMLError) as error:
        raise ArticleMalformed(f"{path.name}: {error}") from None
    if article.id != source:
        raise ArticleMalformed(f"{path.name}: the id in its head is {article.id}")
    return article
