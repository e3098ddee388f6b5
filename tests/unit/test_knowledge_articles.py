"""Articles are read from files, looked up and cited."""

from pathlib import Path

import pytest

from bot.knowledge.articles import Articles, load_articles
from bot.knowledge.errors import ArticleMalformed, ArticleUnknown

HEAD = """---
id: A2
title: "Find it"
owner: support
reviewed: 2026-01-31
review_every: 90
intents: [find_phone_number]
sources: [article A2]
---
"""


def folder_with(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def load(folder: Path) -> Articles:
    return load_articles("https://help.example.com", folder)


def test_an_article_is_read_with_its_head_and_text(tmp_path: Path) -> None:
    article = load(folder_with(tmp_path, "A2.en.md", f"{HEAD}Look here.\n")).article(
        "A2", "en"
    )
    assert (article.title, article.text) == ("Find it", "Look here.")
    assert article.reviewed.isoformat() == "2026-01-31"
    assert article.review_due.isoformat() == "2026-05-01"
    assert article.sources == ("article A2",)


def test_a_language_without_a_translation_is_said_so(tmp_path: Path) -> None:
    articles = load(folder_with(tmp_path, "A2.en.md", HEAD))
    with pytest.raises(ArticleUnknown, match="A2 in es"):
        articles.cite("A2", "es")


@pytest.mark.parametrize(
    "text",
    [
        "no head at all",
        HEAD.replace("owner: support\n", ""),
        HEAD.replace("sources: [article A2]\n", ""),
        HEAD.replace("2026-01-31", "soon"),
        HEAD.replace("90", "often"),
        HEAD.replace('"Find it"', '"Find'),
    ],
)
def test_a_file_that_is_no_article_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ArticleMalformed, match=r"A2\.en\.md"):
        load(folder_with(tmp_path, "A2.en.md", text))


def test_an_id_that_is_not_the_files_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArticleMalformed, match="id in its head is A2"):
        load(folder_with(tmp_path, "A3.en.md", HEAD))


def test_the_nearest_articles_are_those_of_the_likeliest_intents() -> None:
    articles = load(Path("data/knowledge"))
    assert articles.near(["lost_phone", "find_phone_number"]) == ["P2", "Q3", "A2"]


def test_without_a_likely_intent_there_are_articles_all_the_same() -> None:
    assert load(Path("data/knowledge")).near([]) == ["A5", "Q3"]


def test_every_article_is_there_in_both_languages() -> None:
    articles = load(Path("data/knowledge"))
    by_language = {
        language: {article.id for article in articles if article.language == language}
        for language in ("en", "es")
    }
    assert by_language["en"] == by_language["es"]
    assert len(by_language["en"]) == 18
