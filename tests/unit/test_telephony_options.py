"""What the settings add to telephony, put together as the product does it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from bot.accounts.holding import Holding
from bot.accounts.models import PhoneNumber
from bot.assembly import build_services
from bot.clock import ManualClock
from bot.database import Base, Sessions
from bot.privacy.cipher import Cipher, Keys
from bot.privacy.secrets import secret_key
from bot.schema import load_models
from bot.seed import seed
from bot.services import Services
from bot.settings import SettingsError, load_settings
from bot.telephony.errors import NumberRefused
from bot.telephony.standin.magic import magic
from tests.standing_in import SID, TOKEN, Twilio, twilio
from tests.unit.world import (
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    make_settings,
    make_world,
)

CHAT = "chat-1"
LANDLINE, VOIP, UNTOLD, FAILED = magic(2), magic(4), magic(12), magic(60608)


@pytest.fixture(scope="module")
def server() -> Iterator[Twilio]:
    with twilio() as made:
        yield made


def make(folder: Path, clock: ManualClock, server: Twilio, **chosen: Any) -> Services:
    server.exchanges.clear()
    services = build_services(
        make_settings(
            state_dir=folder,
            twilio_account_sid=SID,
            twilio_auth_token=SecretStr(TOKEN),
            twilio_base_url=server.url,
            **chosen,
        ),
        clock=clock,
    )
    load_models()
    Base.metadata.create_all(services.database)
    seed(services)
    return services


def give_maria(services: Services, number: str) -> None:
    """Put another number in the place of hers."""
    cipher = Cipher(Keys(secret_key(services.settings)).derive("encryption"))
    hers = services.fingerprints.of("phone", MARIAS_NUMBER)
    with services.sessions.begin() as session:
        session.execute(
            update(PhoneNumber)
            .where(PhoneNumber.fingerprint == hers)
            .values(
                number_encrypted=cipher.encrypt(number),
                fingerprint=services.fingerprints.of("phone", number),
            )
        )


def eligible(services: Services, number: str) -> Any:
    try:
        return services.phone_numbers.eligibility(CHAT, number).ways
    except NumberRefused as refused:
        return refused.reason


def test_twilio_says_what_line_a_number_is_on(
    tmp_path: Path, clock: ManualClock, server: Twilio
) -> None:
    services = make(tmp_path, clock, server, line_types="twilio")
    numbers = (LANDLINE, VOIP, UNTOLD, FAILED, NEW_NUMBER)
    assert [eligible(services, number) for number in numbers] == [
        *(("voice",), "voip", "unknown", "unknown"),
        ("sms", "voice"),
    ]
    assert eligible(services, LANDLINE) == ("voice",)
    asked = [each.path for each in server.exchanges]
    assert sum(path.endswith(LANDLINE) for path in asked) == 1
    services.database.dispose()


@pytest.mark.parametrize("number", ["+18765551234", "+19002345678", "+881612345678"])
def test_what_is_refused_anyway_is_not_looked_up(
    tmp_path: Path, clock: ManualClock, server: Twilio, number: str
) -> None:
    services = make(tmp_path, clock, server, line_types="twilio")
    assert eligible(services, number) in ("country", "premium", "satellite")
    assert server.exchanges == []
    services.database.dispose()


def test_an_unknown_line_is_taken_for_what_the_setting_says(
    tmp_path: Path, clock: ManualClock, server: Twilio
) -> None:
    services = make(
        *(tmp_path, clock, server), line_types="twilio", unknown_lines="landline"
    )
    assert eligible(services, FAILED) == ("voice",)
    found = services.phone_numbers.eligibility(CHAT, UNTOLD)
    assert found.line_type == "landline"
    services.database.dispose()


def test_the_numbering_plan_is_asked_unless_twilio_is_wanted(
    tmp_path: Path, clock: ManualClock, server: Twilio
) -> None:
    services = make(tmp_path, clock, server)
    assert eligible(services, NEW_NUMBER) == ("sms", "voice")
    assert server.exchanges == []
    services.database.dispose()


def test_card_and_holder_are_looked_at_when_a_code_leaves(
    tmp_path: Path, clock: ManualClock, server: Twilio
) -> None:
    services = make(
        *(tmp_path, clock, server),
        sim_swap="require",
        reassigned_numbers="check",
    )
    sent = services.identification.begin(CHAT, MARIA)
    services.outbox.drain()
    assert sent.by == "sms" and len(services.outbox.sent_to(MARIAS_NUMBER)) == 1
    queries = [dict(each.query) for each in server.exchanges]
    assert [query["Fields"] for query in queries] == ["sim_swap", "reassigned_number"]
    assert queries[1]["LastVerifiedDate"] == "20300101"
    services.database.dispose()


def test_a_code_that_is_held_back_is_reported_with_its_cause(
    tmp_path: Path, clock: ManualClock, server: Twilio
) -> None:
    services = make(tmp_path, clock, server, sim_swap="check")
    at_risk = magic(21)
    give_maria(services, at_risk)
    services.identification.begin(CHAT, MARIA, by="email")
    services.outbox.drain()
    text = services.outbox.sent_to(MARIA)[-1].text
    services.identification.check(CHAT, text.split("es ")[1][:6])
    clock.move(60)
    services.identification.resend_sign_in(CHAT)
    services.outbox.drain()
    assert services.outbox.sent_to(at_risk) == []
    report = services.history.last(CHAT)
    told = (report.outcome, report.cause, report.next_best)
    assert told == ("undelivered", "at_risk", "other")
    services.database.dispose()


@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        ({"LINE_TYPES": "twilio"}, "BOT_TWILIO_ACCOUNT_SID"),
        ({"SIM_SWAP": "check"}, "BOT_TWILIO_ACCOUNT_SID"),
        ({"REASSIGNED_NUMBERS": "check"}, "BOT_TWILIO_ACCOUNT_SID"),
        (
            {"CODE_ENGINE": "verify", "TWILIO_ACCOUNT_SID": SID},
            "BOT_TWILIO_AUTH_TOKEN",
        ),
        (
            {
                "CODE_ENGINE": "verify",
                "TWILIO_ACCOUNT_SID": SID,
                "TWILIO_AUTH_TOKEN": TOKEN,
            },
            "BOT_TWILIO_VERIFY_SERVICE",
        ),
    ],
)
def test_what_is_asked_of_twilio_needs_an_account(
    monkeypatch: pytest.MonkeyPatch, chosen: dict[str, str], missing: str
) -> None:
    given = {"MODE": "production", "SECRET_KEY": "0123456789abcdef" * 2, **chosen}
    for name, value in given.items():
        monkeypatch.setenv(f"BOT_{name}", value)
    with pytest.raises(SettingsError, match=missing):
        load_settings()


def test_the_day_of_a_proof_is_that_of_the_number(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock)
    holding = Holding(world.sessions, world.fingerprints)
    assert holding.verified_on(MARIAS_NUMBER) == world.clock.now().date()
    assert holding.verified_on(NEW_NUMBER) is None
