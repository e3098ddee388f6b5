"""Two requests in one sentence: the more urgent is met, the other is not forgotten."""

import json
import subprocess
from typing import Any

import pytest

from benchmarks.nlu import UNDERSTAND
from benchmarks.nlu_sets import ROOT, read_own, spoken

TWO = {
    "Lost my phone and need to change my number": "lost_phone change_phone_number",
    "My phone was stolen last night and I also want to turn on two-factor": (
        "lost_phone enable_two_factor"
    ),
    "I want to change my number and delete my old account": (
        "change_phone_number delete_account"
    ),
    "the code never came and I need to update my phone number": (
        "code_not_received change_phone_number"
    ),
    "somebody hacked my account and I want to change my email": (
        "account_compromised change_email"
    ),
    "please add my new cell and turn on two-factor authentication": (
        "add_phone_number enable_two_factor"
    ),
    "I need to change my email, also remove the second number": (
        "remove_phone_number change_email"
    ),
    "I got a suspicious text, and I want to see recent sign-ins on my account": (
        "report_phishing review_activity"
    ),
    "it says the number is already in use, and the code doesn't work either": (
        "code_rejected number_already_in_use"
    ),
    "how do I turn off two-factor and close my account?": (
        "disable_two_factor delete_account"
    ),
    "can you show me which number is on my account and change my email": (
        "change_email find_phone_number"
    ),
    "update my phone number. also what is the status of my case?": (
        "change_phone_number check_case_status"
    ),
    "I forgot my password and want to remove a phone number": (
        "recover_account remove_phone_number"
    ),
    "Perdí mi teléfono y necesito cambiar mi número": "lost_phone change_phone_number",
    "me robaron el celular y quiero activar la verificación en dos pasos": (
        "lost_phone enable_two_factor"
    ),
    "quiero cambiar mi correo y también borrar mi cuenta": (
        "change_email delete_account"
    ),
    "no me llega el código y quiero cambiar el número de teléfono": (
        "code_not_received change_phone_number"
    ),
    "hackearon mi cuenta y además necesito cambiar mi correo": (
        "account_compromised change_email"
    ),
    "recibí un mensaje sospechoso y quiero ver la actividad de mi cuenta": (
        "report_phishing review_activity"
    ),
    "agregar otro número y desactivar la verificación en dos pasos": (
        "add_phone_number disable_two_factor"
    ),
    "el número ya está en uso, y el código no funciona": (
        "code_rejected number_already_in_use"
    ),
    "necesito actualizar mi celular, además quiero unir mis dos cuentas": (
        "change_phone_number multiple_accounts"
    ),
    "cómo va mi caso? también quiero quitar un teléfono": (
        "remove_phone_number check_case_status"
    ),
    "olvidé mi contraseña y quiero cambiar mi teléfono": (
        "recover_account change_phone_number"
    ),
}
# Of several hundred sentences that ask for one thing, so many may be taken for two.
MOST_HEARD_DOUBLE = 2


def understood(texts: list[str]) -> list[dict[str, Any]]:
    """What the trained model makes of each text."""
    done = subprocess.run(
        UNDERSTAND,
        input="\n".join(texts) + "\n",
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def also(said: dict[str, Any]) -> list[str]:
    return [item["value"] for item in said["entities"] if item["entity"] == "also"]


@pytest.fixture(scope="module")
def heard() -> dict[str, dict[str, Any]]:
    return dict(zip(TWO, understood(list(TWO)), strict=True))


@pytest.mark.parametrize("text", TWO)
def test_both_requests_of_a_sentence_are_heard(
    heard: dict[str, dict[str, Any]], text: str
) -> None:
    said = heard[text]
    assert [said["intent"], *also(said)] == TWO[text].split()
    assert said["ranking"][0]["name"] == said["intent"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_sentences_that_ask_for_one_thing_are_left_alone(language: str) -> None:
    texts = [spoken(sentence.text) for sentence in read_own(language).sentences]
    double = [said for said in understood(texts) if also(said)]
    assert len(double) <= MOST_HEARD_DOUBLE
