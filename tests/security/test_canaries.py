"""What is written down: values that are typed or issued are found in no sink in clear.

Sinks: every byte of the app's and the engine's databases, their write-ahead logs
included, the log at its most talkative, error bodies, and what visitors are answered.
"""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.accounts.models import Account
from bot.privacy.logs import set_up_logs
from bot.schema import load_models
from tests.conversations.house import House
from tests.conversations.stage import Stage
from tests.security.goals import Goal
from tests.security.life import LINH, MARIA, MARIAS_NUMBER, NEW_EMAIL, NEW_NUMBER, Life
from tests.unit.test_privacy_logs import logs_as_before

__all__ = ["logs_as_before"]

# Typed, in English and Spanish; each is looked for as it was typed.
CANARIES = (
    *("+14155550147", "(415) 555-0147", "415-555-0147", "415.555.0147"),
    *("4155550147", "415 555 0147"),
    *("582913", "582 913", "canary.kim@example.org", "Canary.Kim+x@Example.org"),
    *("7K2M-9QX4-0ABC-DEFG-HJKM-1234", "7K2M9QX40ABCDEFGHJKM1235"),
    *("123-45-6789", "4111 1111 1111 1111", "4111111111111111", "C-7K2M-9QX4"),
    "five eight two nine one three",
    "four one five five five five oh one four seven",
    "cinco ocho dos nueve uno tres",
    "cuatro uno cinco cincuenta y cinco cincuenta y uno cuarenta y siete",
)
FRAMES = {"en": "please look at {} for me", "es": "mira por favor {} para mí"}


@pytest.fixture
def log(logs_as_before: None) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    set_up_logs(level="DEBUG", region="US", stream=stream)
    yield stream


def found_in(text: str, values: tuple[str, ...]) -> list[str]:
    """Those that stand in a text on their own, in any case."""
    return [
        value
        for value in values
        if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE)
    ]


def bytes_of(*folders: Path) -> str:
    """Every byte of the databases in folders, read as text."""
    files = [file for folder in folders for file in folder.glob("*.db*")]
    assert len(files) >= len(folders)
    return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files)


@pytest.mark.long
def test_what_is_typed_is_written_down_nowhere(
    house: House, stage: Stage, tmp_path: Path, log: io.StringIO, goal: Goal
) -> None:
    answered = []
    for language, frame in FRAMES.items():
        visitor = stage.visitor(language=language)
        for canary in CANARIES:
            answered += visitor.say(frame.format(canary))
    texter = stage.texter("+12025550143")
    for canary in CANARIES:
        answered += texter.say(frame.format(canary))
    sinks = {
        "databases": bytes_of(tmp_path, house.folder),
        "log": log.getvalue(),
        "answers": json.dumps(answered, default=str),
        "errors": "\n".join(errors(house.url)),
    }
    # The texts were taken in, and masked, in both databases.
    assert sinks["databases"].count("please look at [phone] for me") >= 12
    assert sinks["databases"].count("mira por favor [code] para") >= 6
    found = {name: found_in(text, CANARIES) for name, text in sinks.items()}
    assert not any(found.values()), found
    said = len(CANARIES) * 3
    goal(
        "S19", f"0 of {len(CANARIES)} typed canaries in {len(sinks)} sinks, {said} said"
    )


def errors(url: str) -> Iterator[str]:
    """What the app says to requests that are wrong, each with a canary in it."""
    with httpx.Client(base_url=url, trust_env=False) as http:
        for canary in CANARIES:
            for answer in (
                http.post("/api/web/messages", json={"text": canary, "x": canary}),
                http.post("/api/web/sessions", json={"language": canary}),
                http.post("/api/web/identity", json={"identity_token": canary}),
                http.post("/api/sms/incoming", data={"From": canary, "Body": canary}),
                http.post("/desk/api/sign-in", json={"email": [canary]}),
                http.get("/undo/none", headers={"X-Canary": canary}),
                http.post("/api/web/rating", json={"score": canary}),
            ):
                assert answer.status_code >= 400, answer.text
                yield answer.text


def test_what_is_issued_is_written_down_nowhere(
    life: Life, log: io.StringIO, goal: Goal
) -> None:
    services, settings = life.services, life.services.settings
    chat = life.start("more")
    services.identification.begin(chat, LINH)
    codes = [life.code(address) for address in (MARIA, NEW_NUMBER, "+13125550188")]
    enrolled = services.totp.draw().secret
    with services.sessions.begin() as session:
        services.showings.put(session, chat, "totp", {"secret": enrolled})
    app = life.desk.apps["lee@example.com"].secret
    assert life.seeded.totp_secret is not None and settings.secret_key is not None
    issued = (
        *codes,
        *life.saved["codes"],
        *life.seeded.recovery_codes,
        *(
            life.seeded.totp_secret,
            enrolled,
            app,
            settings.secret_key.get_secret_value(),
        ),
        *(life.saved["cookie"], life.saved["agent"], life.saved["undo"]),
        life.saved["page"].rpartition("/")[2],
        *("correct horse battery", MARIA, NEW_EMAIL, LINH, MARIAS_NUMBER, NEW_NUMBER),
    )
    assert all(issued) and life.count(Account) and load_models()
    dump = bytes_of(settings.state_dir)
    assert found_in(dump + log.getvalue(), tuple(map(str, issued))) == []
    goal("S19", f"0 of {len(issued)} issued codes, keys, tokens and addresses in clear")
