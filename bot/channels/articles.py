"""Help articles, as a widget shows them; they are public."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from bot.channels.refusals import article_unknown
from bot.channels.shapes import ArticleShape, Spoken
from bot.http import documented
from bot.knowledge.errors import ArticleUnknown
from bot.services import Services

KEPT = "public, max-age=300"


def article_router(services: Services) -> APIRouter:
    """`/api/web/articles`."""
    router = APIRouter(prefix="/api/web/articles", tags=["web"])
    articles, default = services.articles, services.settings.language

    @router.get("/{id}", responses=documented(403, 404, 422))
    async def read_article(
        id: str,
        response: Response,
        language: Annotated[Spoken | None, Query()] = None,
    ) -> ArticleShape:
        """An article that a message cites."""
        spoken = language or default
        try:
            found, cited = articles.article(id, spoken), articles.cite(id, spoken)
        except ArticleUnknown:
            raise article_unknown() from None
        response.headers["Cache-Control"] = KEPT
        return ArticleShape.of(found, cited.url)

    return router
