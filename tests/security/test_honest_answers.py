"""S27 and S28: what answers say of text messages, and of rules and their sources."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time

import pytest

from bot.clock import ManualClock
from bot.knowledge.articles import Article, load_articles
from bot.knowledge.checking import check, load_answers
from bot.privacy.masking import Found, mask
from tests.contract import dialogue
from tests.security.goals import Goal

# To put or keep a number that gets texts on an account, by name of the method: not
# what says that one was sent, or that it did not come.
RECOMMENDS = {
    "en": re.compile(
        r"mobile number|can get codes by text|texted a code to \{number\}"
        r"|want text messages|than text messages|text messages are (?:the )?weak",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"(?:número|teléfono|línea) (?:de )?(?:celular|móvil)"
        r"|(?:un|otro|propio) (?:celular|móvil)"
        r"|puede recibir códigos por mensaje|un código por mensaje al \{number\}"
        r"|quiere mensajes|que los mensajes|mensajes de texto son",
        re.IGNORECASE,
    ),
}
RISK = {
    "en": re.compile(r"taken over|weak", re.IGNORECASE),
    "es": re.compile(
        r"interceptad|interceptar|quedarse con|apoderar|débil|robar", re.IGNORECASE
    ),
}
ANOTHER_WAY = {
    "en": re.compile(r"authenticator app|passkey|set up the app", re.IGNORECASE),
    "es": re.compile(r"app|aplicación de autenticación|clave de acceso", re.IGNORECASE),
}
# Claims that no source holds: SP 800-63B-4 restricts the telephone network, it does
# not forbid VoIP; how long a code counts is a setting.
FALSE = {
    "a rule against VoIP that is not ours": re.compile(
        r"(?:NIST|federal|law|regulation|ley|norma|gobierno)[^.]{0,80}(?:VoIP|internet)"
        r"|(?:VoIP|internet)[^.]{0,80}(?:NIST|federal|by law|por ley|prohib)",
        re.IGNORECASE,
    ),
    "a lifetime of codes in words": re.compile(
        r"(?:code|código)s?\b[^.?]{0,60}\b\d+ (?:minut|se[cg][ou]nd|hour|hora)",
        re.IGNORECASE,
    ),
    "a fee or a promise": re.compile(
        r"\bguarantee|\b100 ?%|garantiz|\bnever fails", re.IGNORECASE
    ),
}
# Strings of other websites that the source article had inside its sentences.
BAIT = ("mineiro", "bolívar", "bolivar", "gatlinburg", "weather forecast", "countdown")


def spoken() -> Iterator[tuple[str, str, str]]:
    """Name, language and text of every variation that is spoken."""
    for name, variations in dialogue.responses().items():
        for variation in variations:
            yield name, dialogue.language(variation), str(variation.get("text", ""))


def articles() -> list[Article]:
    return list(load_articles("https://help.example.com"))


def written() -> Iterator[tuple[str, str]]:
    """All that people read, with its place."""
    for name, language, text in spoken():
        yield f"{name} in {language}", text
    for article in articles():
        text = f"{article.title}\n{article.text}"
        yield f"{article.id} in {article.language}", text


def _could_be_called(found: Found) -> bool:
    """Whether it is a number, and not one that is kept free for examples."""
    return found.kind == "phone" and "55501" not in re.sub(r"\D", "", found.value)


def test_who_is_told_to_use_texts_is_told_of_the_risk_and_another_way(
    goal: Goal,
) -> None:
    recommending = [
        (name, language, text)
        for name, language, text in spoken()
        if RECOMMENDS[language].search(text)
    ]
    silent = [
        f"{name} in {language}: {text}"
        for name, language, text in recommending
        if not (RISK[language].search(text) and ANOTHER_WAY[language].search(text))
    ]
    assert silent == []
    count = {
        spoken_in: sum(language == spoken_in for _, language, _ in recommending)
        for spoken_in in ("en", "es")
    }
    assert min(count.values()) >= 10
    goal(
        "S27",
        f"{len(recommending)} of {len(recommending)} answers that lead to texts"
        f" ({count['en']} English, {count['es']} Spanish)",
    )


def test_the_same_answers_lead_to_texts_in_both_languages() -> None:
    leading = {
        language: {
            name
            for name, spoken_in, text in spoken()
            if spoken_in == language and RECOMMENDS[language].search(text)
        }
        for language in ("en", "es")
    }
    assert leading["en"] == leading["es"]


def test_no_answer_claims_what_no_source_holds(goal: Goal) -> None:
    told = list(written())
    found = [
        f"{place}: {what}"
        for place, text in told
        for what, pattern in FALSE.items()
        if pattern.search(text)
    ]
    assert found == []
    goal("S28", f"0 false claims in {len(told)} texts")


def test_no_answer_holds_a_phone_number_or_another_website_s_words(goal: Goal) -> None:
    told = list(written())
    found = [
        place
        for place, text in told
        if any(_could_be_called(each) for each in mask(text, region="US").found)
        or any(bait in text.lower() for bait in BAIT)
    ]
    assert found == []
    goal("S28", f"0 phone numbers and 0 strings of other websites in {len(told)} texts")


def test_every_article_names_its_source_and_every_answer_cites_one(goal: Goal) -> None:
    known = articles()
    unsourced = [article.id for article in known if not article.sources]
    reviewed = [article.reviewed for article in known]
    clock = ManualClock(datetime.combine(max(reviewed), time(), UTC))
    faults = check(known, load_answers(), clock)
    assert unsourced == []
    assert faults == []
    goal("S28", f"{len(known)} of {len(known)} articles name their source")


@pytest.mark.parametrize(
    "text",
    [
        "NIST forbids VoIP numbers.",
        "VoIP numbers are refused by law.",
        "A code is good for 10 minutes.",
        "El código dura 10 minutos.",
    ],
)
def test_a_false_claim_is_noticed(text: str) -> None:
    assert any(pattern.search(text) for pattern in FALSE.values())
