"""Prepared replies: both languages, variables filled in or named as unknown."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.brand import load_brand
from bot.desk.canned import CannedReplies
from bot.desk.errors import CannedUnreadable


def replies(folder: Path, written: Any) -> CannedReplies:
    path = folder / "canned.yml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    return CannedReplies(load_brand(), path)


def one(**change: Any) -> dict[str, Any]:
    reply = {
        "title": {"en": "Hello", "es": "Hola"},
        "text": {"en": "Hi {name}, {agent} here", "es": "Hola {name}, soy {agent}"},
    }
    return {"hello": reply | change}


def test_both_languages_have_the_same_replies() -> None:
    canned = CannedReplies(load_brand())
    told = {
        language: canned.filled(language, agent="Lee", name="María")
        for language in ("en", "es")
    }

    assert [each.id for each in told["en"]] == [each.id for each in told["es"]]
    for english, spanish in zip(told["en"], told["es"], strict=True):
        assert english.text != spanish.text and english.title != spanish.title


def test_variables_are_filled_in(tmp_path: Path) -> None:
    (reply,) = replies(tmp_path, one()).filled("es", agent="Lee", name="María")

    assert reply.text == "Hola María, soy Lee"


def test_a_value_with_braces_is_no_variable(tmp_path: Path) -> None:
    (reply,) = replies(tmp_path, one()).filled("en", agent="{name}", name="{agent}")

    assert reply.text == "Hi {agent}, {name} here"


def test_who_is_not_known_is_not_called_by_a_name(tmp_path: Path) -> None:
    assert replies(tmp_path, one()).filled("en", agent="Lee") == ()
    shipped = CannedReplies(load_brand()).filled("en", agent="Lee")
    assert shipped and not any("{" in each.text for each in shipped)


@pytest.mark.parametrize(
    ("written", "part"),
    [
        (one(text={"en": "{nmae}", "es": "{name}"}), "hello.text.en"),
        (one(title={"en": "{code}", "es": "x"}), "hello.title.en"),
        (one(text={"en": "{agent.__class__}", "es": "{agent}"}), "hello.text.en"),
        (one(text={"en": "only"}), "hello.text"),
        (one(text={"en": "{name}", "es": "sin nombre"}), "hello.text"),
        (one(more={}), "hello"),
        ({"hello": "hi"}, "hello"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_filled_in_is_named_when_it_is_read(
    tmp_path: Path, written: Any, part: str
) -> None:
    with pytest.raises(CannedUnreadable) as refused:
        replies(tmp_path, written)

    assert refused.value.part == part


def test_each_asks_for_no_code() -> None:
    for language, words in (("en", "your code"), ("es", "su código")):
        for each in CannedReplies(load_brand()).filled(language, agent="Lee"):
            assert f"send me {words}" not in each.text
            assert len(each.text) <= 320
