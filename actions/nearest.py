"""The articles that may help where the assistant cannot."""

from typing import TYPE_CHECKING, Any

from rasa_sdk import Tracker

if TYPE_CHECKING:
    from bot.knowledge.articles import Articles


def nearest_articles(tracker: Tracker, articles: "Articles") -> list[str]:
    """Source ids, the best first: by what was said, else by the likeliest intents."""
    message: dict[str, Any] = tracker.latest_message
    near = [str(item["id"]) for item in message.get("articles") or []]
    ranking = [str(item["name"]) for item in message.get("intent_ranking") or []]
    return near or articles.near(ranking)
