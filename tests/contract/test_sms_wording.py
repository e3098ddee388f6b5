"""What is said in a text message fits two segments and invites no reserved word."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from actions.smalltalk import load_titles
from bot.brand import load_brand
from bot.documents import parse
from bot.telephony.segments import fold, is_gsm7, segments
from bot.texting.wording import STRINGS
from bot.texting.wording import Wording as Texts
from tests.contract import dialogue

MOST_SEGMENTS = 2
# Twilio: opt-out, opt-in and help keywords, taken by the carrier before we see them.
RESERVED = [
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "start",
    "yes",
    "unstop",
    "help",
    "info",
]
INVITES = re.compile(
    r"\b(?:reply|say|type|send|text|answer|write|press|responda|diga|escriba|envíe|"
    r"mande|conteste|pulse)\s+(?:the\s+word\s+|con\s+|la\s+palabra\s+)?[\"“']?"
    rf"(?:{'|'.join(RESERVED)})\b",
    re.IGNORECASE,
)
# The longest that a placeholder may stand for; the brand's own words are known.
LONGEST = {
    "number": "•••-•••-0143",
    "old": "•••-•••-0143",
    "new": "•••-•••-0143",
    "other": "•••-•••-0143",
    "numbers": "•••-•••-0143, •••-•••-0144",
    "case": "C-ABCD-1234",
    "wait": "dentro de 59 minutos",
    "when": "hace 59 minutos",
    "since": "30 de septiembre de 2026",
    "opened": "30 de septiembre de 2026",
    "day": "30 de septiembre de 2026",
    "device": "Firefox on Windows",
    "place": "San Francisco",
    "wish": "Para qué quieren mi número",
    "minutes": "10",
    "guesses": "5",
    "guesses_left": "5",
    "left": "10",
    "days": "30",
    "ahead": "100",
    "answered": "desde el 30 de septiembre a las 10:00 (hora oriental)",
}


OWN_TEXTS: dict[str, dict[str, str]] = parse(STRINGS.read_text("utf-8"))["texts"]
LONGEST_VALUES = {
    "minutes": 60,
    "link": "https://help.a-long-name-of-a-brand.example.com/c/ABCDEFGHJKMN",
}
# Their options are made up by actions, from actions/strings.yml.
MADE_UP = ("utter_clarify", "utter_clarify_again", "utter_also")


def by_sms(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The variation spoken by SMS in each language."""
    variations = dialogue.responses()[name]
    for language in ("en", "es"):
        spoken = [each for each in variations if dialogue.language(each) == language]
        own = [each for each in spoken if each.get("channel") == "sms"]
        yield language, (own or spoken)[0]


def as_text(variation: dict[str, Any], language: str) -> str:
    """The message as it leaves: values filled in, options as numbered lines."""
    brand = load_brand()
    words = {
        "brand": brand.name,
        "site": brand.site,
        "support_url": brand.support_url,
        "settings_path": brand.settings_path[language],
        "security_path": brand.security_path[language],
        "disclaimer": brand.disclaimer[language],
    }
    options = enumerate(variation.get("buttons") or [], start=1)
    lines = [variation["text"].format(**LONGEST | words)]
    return fold("\n".join([*lines, *(f"{n} {each['title']}" for n, each in options)]))


@pytest.mark.parametrize("name", sorted(dialogue.responses()))
def test_a_response_fits_two_segments(name: str) -> None:
    for language, variation in by_sms(name):
        text = as_text(variation, language)
        assert is_gsm7(text), f"{name} in {language}: {text}"
        assert segments(text) <= MOST_SEGMENTS, f"{name} in {language}: {len(text)}"


@pytest.mark.parametrize("name", sorted(dialogue.responses()))
def test_no_response_invites_a_reserved_word(name: str) -> None:
    for language, variation in by_sms(name):
        text = variation["text"]
        assert not INVITES.search(text), f"{name} in {language}: {text}"
        titles = [each["title"] for each in variation.get("buttons") or []]
        assert not any(title.lower() in RESERVED for title in titles), name


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", sorted(OWN_TEXTS))
def test_what_a_text_says_by_itself_fits_two_segments(name: str, language: str) -> None:
    text = fold(Texts(load_brand()).text(name, language, **LONGEST_VALUES))
    assert is_gsm7(text), text
    assert segments(text) <= MOST_SEGMENTS, len(text)
    assert not INVITES.search(text)
    assert set(OWN_TEXTS[name]) == {"en", "es"}


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_longest_options_that_an_action_makes_up_fit_two_segments(
    language: str,
) -> None:
    titles = sorted((each[language] for each in load_titles().values()), key=len)[-3:]
    texts = {name: dict(by_sms(name))[language]["text"] for name in MADE_UP}
    for name, said in texts.items():
        options = [f"{n} {title}" for n, title in enumerate(titles, start=1)]
        text = fold("\n".join([said.format(**LONGEST), *options]))
        assert segments(text) <= MOST_SEGMENTS, f"{name}: {len(text)}"


def test_an_invitation_is_noticed() -> None:
    for text in ("Reply STOP to end", 'say "stop"', "Escriba la palabra START"):
        assert INVITES.search(text)
