"""Domain, rules, wording and actions agree with each other."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from actions import code, finding, numbers, tasks
from actions.smalltalk import load_titles
from bot.accounts.activity import CHANGES
from bot.brand import load_brand
from bot.handoff.models import CaseStanding
from bot.knowledge.articles import load_articles
from bot.telephony.causes import CAUSES, NEXT_STEPS
from tests.contract import dialogue

INTENTS = {
    "smalltalk": "greet goodbye thank affirm deny inform cancel ask_capabilities"
    " bot_challenge request_language express_frustration out_of_scope",
    "handoff": "talk_to_human ask_support_contact check_case_status",
    "phone": "find_phone_number add_phone_number change_phone_number"
    " remove_phone_number why_phone_number ask_number_eligibility"
    " number_already_in_use multiple_accounts",
    "code": "code_not_received code_rejected resend_code",
    "twofactor": "enable_two_factor disable_two_factor explain_two_factor",
    "access": "lost_phone recover_account account_compromised",
    "safety": "report_phishing review_activity security_tips ask_security",
    "profile": "explain_service update_profile change_email delete_account",
}
ALL_INTENTS = {intent for group in INTENTS.values() for intent in group.split()}
BRAND_WORDS = {
    "brand",
    "site",
    "support_url",
    "settings_path",
    "security_path",
    "disclaimer",
}


def answered_intents() -> set[str]:
    """Intents whose rule leads to `action_answer`."""
    answered = set()
    for path in Path("data").glob("*/rules.yml"):
        for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]:
            if {"action": "action_answer"} in rule["steps"]:
                first = rule["steps"][0]
                answered |= {step["intent"] for step in first.get("or", [first])}
    return answered


def case_standings() -> set[str]:
    """Every way that a case can stand."""
    states, unstored = get_args(CaseStanding)
    return {*get_args(states), *get_args(unstored)}


def spoken() -> set[str]:
    """Every response that something can speak."""
    return (
        dialogue.spoken_in_python()
        # Where Rasa notes what was spoken.
        - {"utter_action"}
        | {f"utter_{intent}" for intent in answered_intents()}
        | {f"utter_cause_{cause}" for cause in CAUSES}
        | {f"utter_next_{step}" for step in NEXT_STEPS}
        | {f"utter_report_{state}" for state in code.STATES}
        | {f"utter_activity_{change}" for change in CHANGES}
        | {f"utter_activity_sign_in_{how}" for how in ("done", "failed")}
        | {f"utter_case_{state}" for state in case_standings()}
        | {f"utter_ask_identify_{method}" for method in ("totp", "recovery_code")}
        | {f"utter_disable_{factor}" for factor in ("sms", "codes")}
        | {f"utter_new_number_{by}" for by in ("sms", "voice")}
        | {f"utter_sign_in_{by}" for by in ("sms", "voice")}
        | {f"utter_resent_{by}" for by in ("sms", "voice", "email")}
        | {f"utter_ask_{slot}" for slot in dialogue.DOMAIN["slots"]}
        & set(dialogue.responses())
        | {"utter_failure"}
    )


def test_the_domain_has_exactly_the_agreed_intents() -> None:
    assert set(dialogue.names(dialogue.DOMAIN["intents"])) == ALL_INTENTS


def test_every_intent_starts_a_rule() -> None:
    started = {step.get("intent") for step in dialogue.rule_steps()}
    assert ALL_INTENTS <= started


def test_every_action_of_the_domain_is_a_class_and_the_other_way_round() -> None:
    classes = [action.name(action()) for action in dialogue.action_classes()]
    assert sorted(classes) == sorted(dialogue.DOMAIN["actions"])


def test_everything_that_is_spoken_has_a_response() -> None:
    assert spoken() - set(dialogue.responses()) == set()


def test_every_response_is_spoken_somewhere() -> None:
    assert set(dialogue.responses()) - spoken() == set()


def test_no_response_is_defined_twice() -> None:
    defined = [name for _, name, _ in dialogue.response_definitions()]
    assert len(defined) == len(set(defined))


@pytest.mark.parametrize("name", sorted(dialogue.responses()))
def test_a_response_speaks_both_languages_on_each_channel(name: str) -> None:
    variations = dialogue.responses()[name]
    for channel, languages in dialogue.languages_by_channel(variations).items():
        assert sorted(languages) == ["en", "es"], f"{name} on {channel}"


@pytest.mark.parametrize("name", sorted(dialogue.responses()))
def test_both_languages_say_the_same_things(name: str) -> None:
    variations = dialogue.responses()[name]
    said = [
        (
            set(dialogue.PLACEHOLDER.findall(variation["text"])),
            [button["payload"] for button in variation.get("buttons") or []],
            variation.get("custom"),
        )
        for variation in variations
    ]
    assert all(part == said[0] for part in said)


@pytest.mark.parametrize("name", sorted(dialogue.responses()))
def test_wording_is_calm_and_short(name: str) -> None:
    for variation in dialogue.responses()[name]:
        assert "!" not in variation["text"] and "¡" not in variation["text"]
        sentences = re.findall(r"[.?](?:\s|$)", variation["text"])
        assert len(sentences) <= 3, variation["text"]


def test_every_button_leads_to_an_intent_with_known_entities() -> None:
    entities = set(dialogue.names(dialogue.DOMAIN["entities"]))
    for name, button in dialogue.buttons():
        intent, _, values = button["payload"].removeprefix("/").partition("{")
        assert intent in ALL_INTENTS, name
        if values:
            assert set(json.loads("{" + values)) <= entities, name


def test_every_button_of_a_question_has_a_title_in_both_languages() -> None:
    titles = load_titles()
    assert all(set(title) == {"en", "es"} for title in titles.values())
    assert set(titles) <= ALL_INTENTS


def test_every_citation_is_an_article_in_both_languages() -> None:
    articles = load_articles(load_brand().help_url)
    for variations in dialogue.responses().values():
        for variation in variations:
            for source in (variation.get("custom") or {}).get("sources", []):
                articles.cite(source, "en")
                articles.cite(source, "es")


def test_every_article_names_intents_of_the_domain() -> None:
    for article in load_articles(load_brand().help_url):
        assert set(article.intents) <= ALL_INTENTS, article.id


def test_every_error_reply_is_a_response() -> None:
    replies = {
        *(reply for task in tasks.TASKS.values() for reply in task.replies.values()),
        *numbers.DONE_REPLIES.values(),
        *numbers.REFUSED.values(),
        *finding.ELIGIBLE.values(),
        *finding.LOOKUP_REPLIES.values(),
        *code.OUTCOMES.values(),
    }
    assert replies <= set(dialogue.responses())


def test_no_action_carries_wording_of_its_own() -> None:
    for path in Path("actions").glob("*.py"):
        assert "utter_message(text" not in path.read_text("utf-8"), path


def test_no_answer_carries_foreign_matter_of_the_source() -> None:
    texts = [*Path("data").rglob("responses.yml"), *Path("data").rglob("*.md")]
    for path in texts:
        text = path.read_text("utf-8").lower()
        for noise in ("mineiro", "gatlinburg", "countdown", "weather forecast"):
            assert noise not in text, path


def test_no_answer_says_that_the_law_forbids_voip() -> None:
    for path in Path("data").rglob("responses.yml"):
        text = path.read_text("utf-8").lower()
        assert "nist" not in text and "federal" not in text


RISKS = {"en": r"taken over", "es": r"interceptados|robar"}
SAFER = {"en": r"authenticator app", "es": r"(?:app|aplicación) de autenticación"}
RECOMMENDS = {"en": r"mobile number|I texted", "es": r"\bmóvil\b|por mensaje al"}


@pytest.mark.parametrize("name", sorted(dialogue.responses()))
def test_who_recommends_text_messages_tells_their_risk_and_what_is_safer(
    name: str,
) -> None:
    # SP 800-63B-4, 3.2.9. A sign-in code goes to a number that was bound with this.
    for variation in dialogue.responses()[name]:
        language, text = dialogue.language(variation), variation["text"]
        bound = "sign-in code" in text or "código de entrada" in text
        if re.search(RECOMMENDS[language], text) and not bound:
            assert re.search(RISKS[language], text), text
            assert re.search(SAFER[language], text), text
