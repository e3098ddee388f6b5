"""Sources that a reply cites, as links that a person can open."""

from dataclasses import asdict, replace

import structlog

from bot.conversations.lines import Line
from bot.knowledge.articles import Articles
from bot.knowledge.errors import ArticleUnknown

logger = structlog.get_logger(__name__)


class Citations:
    """Adds `articles` (id, title, url) beside the `sources` of a line's data."""

    def __init__(self, articles: Articles) -> None:
        self._articles = articles

    def link(self, line: Line, language: str) -> Line:
        """The line with its sources linked; an unknown source stays without one."""
        links = [
            link
            for source in line.data.get("sources") or ()
            if (link := self._link(str(source), language))
        ]
        return replace(line, data={**line.data, "articles": links}) if links else line

    def _link(self, source: str, language: str) -> dict[str, str] | None:
        try:
            return asdict(self._articles.cite(source, language))
        except ArticleUnknown as error:
            # An answer without its link is better than no answer.
            logger.error("article_unknown", source=error.source, language=language)
            return None
