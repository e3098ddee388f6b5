"""The articles keep the rules that their own check and the style of writing set."""

import re
from datetime import UTC, datetime

import pytest

from bot.brand import load_brand
from bot.clock import ManualClock
from bot.knowledge.articles import Article, load_articles
from bot.knowledge.checking import check, load_answers

# Within every article's review; moved on when they are reviewed.
TODAY = ManualClock(datetime(2027, 1, 15, tzinfo=UTC))
ARTICLES = list(load_articles(load_brand().help_url))
# Words a sentence: what a reader of twelve follows.
MEAN_LENGTH, LONGEST = 20, 40
# Values that settings decide are told by notices, not written down here.
FIGURE = re.compile(r"\d")

every_article = pytest.mark.parametrize(
    "article", ARTICLES, ids=lambda article: f"{article.id}.{article.language}"
)


def sentences(article: Article) -> list[list[str]]:
    found = re.split(r"(?<=[.?:;])\s+", article.text)
    return [sentence.split() for sentence in found if sentence]


def test_articles_and_answers_have_no_faults() -> None:
    assert [str(fault) for fault in check(ARTICLES, load_answers(), TODAY)] == []


@every_article
def test_an_article_says_what_it_rests_on(article: Article) -> None:
    assert article.sources
    assert article.review_every <= 366


@every_article
def test_an_article_is_short_and_its_sentences_too(article: Article) -> None:
    lengths = [len(words) for words in sentences(article)]
    assert sum(lengths) <= 160
    assert max(lengths) <= LONGEST
    assert sum(lengths) / len(lengths) <= MEAN_LENGTH


@every_article
def test_an_article_states_no_figure_that_a_setting_decides(article: Article) -> None:
    assert FIGURE.search(article.text) is None


@every_article
def test_both_languages_have_the_same_head_and_paragraphs(article: Article) -> None:
    (other,) = (
        one
        for one in ARTICLES
        if one.id == article.id and one.language != article.language
    )
    assert (other.intents, other.sources) == (article.intents, article.sources)
    assert (other.reviewed, other.review_every) == (
        article.reviewed,
        article.review_every,
    )
    assert other.text.count("\n\n") == article.text.count("\n\n")
