"""Sources of a reply become links."""

from datetime import date

from bot.conversations.citations import Citations
from bot.conversations.lines import Line
from bot.knowledge.articles import Article, Articles

ARTICLE = Article(
    id="A2",
    language="es",
    title="Su número",
    owner="owner",
    reviewed=date(2026, 1, 1),
    review_every=180,
    intents=(),
    sources=("A2",),
    text="text",
)
CITATIONS = Citations(Articles([ARTICLE], "https://help.example.com/"))


def test_a_source_becomes_a_link_in_the_language_of_the_reply() -> None:
    line = CITATIONS.link(Line("hola", data={"sources": ["A2"]}), "es")
    assert line.data["articles"] == [
        {"id": "A2", "title": "Su número", "url": "https://help.example.com/A2"}
    ]


def test_the_source_ids_stay_beside_the_links() -> None:
    line = CITATIONS.link(Line("hola", data={"sources": ["A2"]}), "es")
    assert line.data["sources"] == ["A2"]


def test_a_source_without_an_article_leaves_the_answer_as_it_was() -> None:
    line = Line("hello", data={"sources": ["A2"]})
    assert CITATIONS.link(line, "en") == line


def test_a_line_that_cites_nothing_is_left_alone() -> None:
    line = Line("hello", data={"input": "code"})
    assert CITATIONS.link(line, "en") == line
