"""The Twilio account of the settings."""

import pytest
from pydantic import SecretStr, ValidationError

from bot.brand import load_brand
from bot.cli import parser
from bot.privacy.cipher import Keys
from bot.settings import Settings, SettingsError, load_settings
from bot.telephony.assembly import build_gateway, demo_stand_in, hands
from bot.telephony.gateway import ConsoleGateway
from bot.telephony.standin.serving import how_to_use
from bot.telephony.twilio.account import TwilioAccount, twilio_account
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.gateway import TwilioGateway
from bot.telephony.wording import Wording
from tests.unit.world import make_settings

KEYS = Keys("a secret of the tests, 32 characters long")
SID = f"AC{'0a' * 16}"
REAL = {
    "mode": "production",
    "secret_key": "0123456789abcdef" * 2,
    "gateway": "twilio",
    "public_url": "https://chat.example.com",
    "twilio_account_sid": SID,
    "twilio_auth_token": "new",
    "twilio_code_sender": "+12065550111",
    "twilio_conversation_sender": f"MG{'0b' * 16}",
    "twilio_voice_sender": "+12065550113",
}


def load(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> Settings:
    for name, value in given.items():
        monkeypatch.setenv(f"BOT_{name.upper()}", value)
    return load_settings()


def account(**chosen: object) -> TwilioAccount:
    return twilio_account(make_settings(**chosen), KEYS)


def test_the_account_is_what_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    made = twilio_account(
        load(monkeypatch, {**REAL, "twilio_old_auth_token": "old"}), KEYS
    )

    assert (made.sid, made.auth_token, made.base_url) == (SID, "new", "")
    assert [token.get_secret_value() for token in made.auth_tokens] == ["new", "old"]
    assert made.webhook("/api/sms/status") == "https://chat.example.com/api/sms/status"
    assert made.senders == {"+12065550111", f"MG{'0b' * 16}"}


def test_no_token_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, {**REAL, "twilio_auth_token": "canary"})

    assert "canary" not in repr(settings) + repr(twilio_account(settings, KEYS))


@pytest.mark.parametrize("name", sorted(set(REAL) - {"mode", "secret_key", "gateway"}))
def test_production_with_twilio_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    given = {key: value for key, value in REAL.items() if key != name}
    with pytest.raises(SettingsError, match=f"BOT_{name.upper()} is not set"):
        load(monkeypatch, given)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"public_url": "http://chat.example.com"}, "BOT_PUBLIC_URL"),
        (
            {"twilio_conversation_sender": REAL["twilio_code_sender"]},
            "BOT_TWILIO_CONVERSATION_SENDER",
        ),
        ({"twilio_account_sid": "SID"}, "BOT_TWILIO_ACCOUNT_SID"),
        ({"twilio_code_sender": "2065550111"}, "BOT_TWILIO_CODE_SENDER"),
        ({"twilio_voice_sender": f"MG{'0b' * 16}"}, "BOT_TWILIO_VOICE_SENDER"),
        ({"twilio_timeout": "0"}, "BOT_TWILIO_TIMEOUT"),
        ({"send_waits": "[]"}, "BOT_SEND_WAITS"),
    ],
)
def test_a_value_that_cannot_work_is_named(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        load(monkeypatch, REAL | changed)


def test_production_without_twilio_needs_none_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load(
        monkeypatch, {"mode": "production", "secret_key": "0123456789abcdef" * 2}
    )
    made = twilio_account(settings, KEYS)

    assert (made.sid, made.auth_tokens, made.auth_token) == ("", (), "")
    assert made.senders == frozenset()


def test_the_demo_never_reaches_twilio_itself() -> None:
    for gateway in ("console", "twilio"):
        made = account(gateway=gateway)
        assert made.base_url == "http://127.0.0.1:8000/twilio"
        client = twilio_client(made)
        for domain in (client.api, client.lookups, client.verify):
            assert domain.base_url == made.base_url


def test_the_demos_account_is_its_own_and_stays_the_same() -> None:
    made, again = account(), account()
    other = twilio_account(make_settings(), Keys("another secret, also 32 long enough"))

    assert made == again
    assert made.sid != other.sid and made.auth_token != other.auth_token
    assert made.code_sender != made.conversation_sender


def test_without_a_base_url_twilios_own_addresses_are_used() -> None:
    made = account(mode="production", twilio_auth_token=SecretStr("x"))
    client = twilio_client(made)

    assert client.api.base_url == "https://api.twilio.com"
    assert client.lookups.base_url == "https://lookups.twilio.com"
    assert client.http_client.timeout == 5


def test_the_gateway_is_the_one_that_is_set() -> None:
    wording = Wording(load_brand())
    for gateway, kind, count in (
        ("console", ConsoleGateway, 1),
        ("twilio", TwilioGateway, 4),
    ):
        settings = make_settings(gateway=gateway)
        made = build_gateway(settings, twilio_account(settings, KEYS), wording)
        assert type(made) is kind
        assert hands(settings) == count


@pytest.mark.parametrize(
    ("chosen", "stands_in"),
    [
        ({}, False),
        ({"gateway": "twilio"}, True),
        ({"gateway": "twilio", "twilio_base_url": "http://127.0.0.1:8010"}, False),
        ({"gateway": "twilio", "mode": "production"}, False),
    ],
)
def test_the_stand_in_is_in_the_demo_when_it_is_needed(
    chosen: dict[str, str], stands_in: bool
) -> None:
    settings = make_settings(**chosen)

    made = demo_stand_in(settings, twilio_account(settings, KEYS))
    assert (made is not None) == stands_in


def test_the_command_says_how_to_use_the_stand_in() -> None:
    arguments = parser().parse_args(["twilio-standin"])

    told = how_to_use(account(), arguments.port)
    assert "BOT_GATEWAY=twilio BOT_TWILIO_BASE_URL=http://127.0.0.1:8010" in told
    assert "http://127.0.0.1:8000/api/sms/incoming" in told


def test_a_sender_with_letters_is_refused() -> None:
    with pytest.raises(ValidationError):
        make_settings(twilio_code_sender="EXAMPLE")
