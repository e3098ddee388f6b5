"""The stand-in: what a person's phone and Twilio's own rules do."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from bot.clock import ManualClock
from bot.telephony.standin.listening import listen
from bot.telephony.standin.magic import DOCUMENTED, LINE_TYPES, code_of, magic
from bot.telephony.twilio.client import twilio_client
from tests.standing_in import CHAT, CODES, SID, VOICE, Twilio, twilio, until

NUMBER = "+12025550143"
SERVICE = f"VA{'0c' * 16}"


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def server(clock: ManualClock) -> Iterator[Twilio]:
    with twilio(clock) as made:
        yield made


@pytest.fixture
def client(server: Twilio) -> Client:
    until(lambda: server.stand_in.is_idle)
    state = server.state
    for kept in (state.texts, state.calls, state.verifications, state.faults):
        kept.clear()
    state.blocked.clear()
    state.behaviour.duplicates, state.behaviour.shuffled = 0, False
    server.webhook.got.clear()
    return twilio_client(server.account())


def refusal(work: Callable[..., Any], *given: Any, **named: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as raised:
        work(*given, **named)
    return raised.value.status, raised.value.code


def post(server: Twilio, path: str, body: Any) -> Any:
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        answer = http.post(f"/standin/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def say(server: Twilio, body: str, **more: Any) -> dict[str, str]:
    """Text from a phone; gives the form that the app's webhook got."""
    given = {"to": CHAT, "body": body, **more}
    assert post(server, f"phones/{NUMBER}/messages", given)["answered"] == 200
    path, form, signed = server.webhook.got[-1]
    assert (path, signed) == ("/incoming", True)
    return form


# Requests


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "12025550143"}, 21211),
        ({"to": NUMBER, "body": "x"}, 21603),
        ({"to": NUMBER, "from_": CODES}, 21602),
        ({"to": NUMBER, "from_": CODES, "body": "x" * 1601}, 21617),
    ],
)
def test_a_text_that_lacks_something_is_refused(
    client: Client, given: dict[str, str], code: int
) -> None:
    assert refusal(client.messages.create, **given) == (400, code)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": "", "from_": VOICE}, 21604),
        ({"to": NUMBER, "from_": ""}, 21603),
        ({"to": NUMBER, "from_": VOICE}, 21205),
    ],
)
def test_a_call_that_lacks_something_is_refused(
    client: Client, given: dict[str, str], code: int
) -> None:
    assert refusal(client.calls.create, **given) == (400, code)


def test_another_accounts_things_are_not_found(server: Twilio, client: Client) -> None:
    other = Client(
        client.username,
        client.password,
        f"AC{'9' * 32}",
        http_client=client.http_client,
    )
    other.api.base_url = server.url

    assert refusal(other.messages.create, to=NUMBER, from_=CODES, body="x") == (
        *(404, 20404),
    )
    assert refusal(client.messages(f"SM{'9' * 32}").fetch) == (404, 20404)
    assert refusal(client.calls(f"CA{'9' * 32}").fetch) == (404, 20404)


@pytest.mark.parametrize("header", ["", "Basic", "Basic !", "Basic QUM6", "Bearer x"])
def test_without_credentials_nothing_is_told(server: Twilio, header: str) -> None:
    path = f"{server.url}/2010-04-01/Accounts/{SID}/Messages.json"
    answer = httpx.get(path, headers={"Authorization": header}, trust_env=False)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_twilios_documented_numbers_do_what_they_are_documented_for(
    client: Client,
) -> None:
    for number, code in DOCUMENTED.items():
        given = {"to": number, "from_": CODES, "body": "x"}
        assert refusal(client.messages.create, **given) == (400, code)


@pytest.mark.parametrize(
    "number", [NUMBER, "+150020", "+1500203000", "+150020300071", "+15002030x07", ""]
)
def test_an_ordinary_number_is_not_magic(number: str) -> None:
    assert code_of(number) == 0


def test_a_magic_number_is_read_back() -> None:
    assert all(code_of(magic(code)) == code for code in (1, 42, 21211, 30007, 60203))


# Reports


def test_reports_come_doubled_and_shuffled_when_asked(
    server: Twilio, client: Client
) -> None:
    post(server, "behaviour", {"shuffled": True, "duplicates": 1})
    hook = f"{server.url}/hook/status"
    client.messages.create(to=NUMBER, from_=CODES, body="x", status_callback=hook)
    until(lambda: len(server.webhook.got) == 4)

    assert server.webhook.statuses() == ["delivered"] * 2 + ["sent"] * 2
    assert all(signed for _, _, signed in server.webhook.got)


def test_a_report_that_nobody_takes_is_noted(server: Twilio, client: Client) -> None:
    nowhere = "http://127.0.0.1:9/status"
    client.messages.create(to=NUMBER, from_=CODES, body="x", status_callback=nowhere)
    until(lambda: server.stand_in.is_idle)

    assert server.state.posted[-2:] == [(nowhere, 0)] * 2


def test_without_an_address_nothing_is_reported(server: Twilio, client: Client) -> None:
    client.messages.create(to=NUMBER, from_=CODES, body="x")
    until(lambda: server.state.texts[0].status == "delivered")
    until(lambda: server.stand_in.is_idle)

    assert server.webhook.got == []


# Phones


@pytest.mark.parametrize(
    "body", ["", "¡Hola, ñandú!", "^{}\\[~]|€", "👍🏽", "x" * 1600, "a\r\nb"]
)
def test_a_text_from_a_phone_reaches_the_app_as_twilio_sends_it(
    server: Twilio, client: Client, body: str
) -> None:
    form = say(server, body)

    assert (form["Body"], form["From"], form["To"]) == (body, NUMBER, CHAT)
    assert (form["AccountSid"], form["NumMedia"]) == (SID, "0")
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"]
    assert "MessagingServiceSid" not in form


def test_a_picture_and_a_service_come_along(server: Twilio, client: Client) -> None:
    form = say(server, "", media=["https://example.com/a.jpg"], service="MG1")

    assert (form["NumMedia"], form["MediaUrl0"]) == ("1", "https://example.com/a.jpg")
    assert form["MessagingServiceSid"] == "MG1"


@pytest.mark.parametrize("word", ["STOP", "stopall", " Quit ", "CANCEL", "optout"])
def test_after_an_opt_out_that_sender_is_refused_and_others_are_not(
    server: Twilio, client: Client, word: str
) -> None:
    assert "OptOutType" not in say(server, word)
    given = {"to": NUMBER, "body": "x"}

    assert refusal(client.messages.create, from_=CHAT, **given) == (400, 21610)
    assert client.messages.create(from_=CODES, **given).status == "queued"
    say(server, "Start")
    assert client.messages.create(from_=CHAT, **given).status == "queued"


@pytest.mark.parametrize(
    ("word", "kind"), [("stop", "STOP"), ("unstop", "START"), ("info", "HELP")]
)
def test_twilio_answers_keywords_itself_and_may_say_which(
    server: Twilio, client: Client, word: str, kind: str
) -> None:
    form = say(server, word, advanced_opt_out=True)

    assert form["OptOutType"] == kind
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        shown = http.get(f"/standin/phones/{NUMBER}").json()
    (reply,) = shown["texts"]
    assert (reply["from"], bool(reply["body"])) == (CHAT, True)


@pytest.mark.parametrize("body", ["please stop", "stop it", "stop.", "basta"])
def test_more_than_a_word_is_no_keyword(
    server: Twilio, client: Client, body: str
) -> None:
    say(server, body)

    assert server.state.blocked == set()
    assert server.state.texts == []


# Verify


def verifications(client: Client) -> Any:
    return client.verify.v2.services(SERVICE)


def check(client: Client, code: str) -> str:
    made = verifications(client).verification_checks.create(to=NUMBER, code=code)
    return str(made.status)


def begin(client: Client, **more: str) -> Any:
    given = {"to": NUMBER, "channel": "sms", "custom_code": "042042", **more}
    return verifications(client).verifications.create(**given)


def test_a_right_code_is_approved_once(client: Client) -> None:
    begin(client)

    assert check(client, "111111") == "pending"
    assert check(client, "042042") == "approved"
    assert refusal(check, client, "042042") == (404, 20404)


def test_the_sixth_check_is_60202_and_the_sixth_send_60203(client: Client) -> None:
    for _ in range(5):
        begin(client)
    for _ in range(5):
        check(client, "111111")

    assert refusal(begin, client) == (429, 60203)
    assert refusal(check, client, "042042") == (429, 60202)


def test_a_code_stays_the_same_until_it_is_used_or_old(
    client: Client, clock: ManualClock
) -> None:
    first = begin(client)
    assert begin(client, custom_code="999999").sid == first.sid
    assert check(client, "999999") == "pending"
    clock.move(600)

    assert refusal(check, client, "042042") == (404, 20404)
    assert begin(client).sid != first.sid


def test_a_code_of_its_own_has_six_digits(server: Twilio, client: Client) -> None:
    made = verifications(client).verifications.create(to=NUMBER, channel="call")

    (kept,) = server.state.verifications
    assert kept.code.isdecimal() and len(kept.code) == 6
    assert (made.status, made.channel) == ("pending", "call")
    assert client.messages.list(to=NUMBER) == [], "no message of ours"


@pytest.mark.parametrize(
    "given",
    [{"to": "2025550143"}, {"channel": "pigeon"}, {"custom_code": "123"}],
)
def test_a_wrong_parameter_is_60200(client: Client, given: dict[str, str]) -> None:
    assert refusal(begin, client, **given) == (400, 60200)


def test_a_cancelled_code_is_gone(client: Client) -> None:
    made = begin(client)
    verification = verifications(client).verifications(made.sid)

    assert refusal(verification.update, status="deleted") == (400, 60200)
    assert verification.update(status="canceled").status == "canceled"
    assert refusal(check, client, "042042") == (404, 20404)


# Lookups


def test_each_line_type_has_a_number(client: Client) -> None:
    found = [
        client.lookups.v2.phone_numbers(magic(place))
        .fetch(fields="line_type_intelligence")
        .line_type_intelligence["type"]
        for place in range(1, 13)
    ]

    assert found == list(LINE_TYPES)


def test_what_is_not_asked_for_is_null(client: Client) -> None:
    found = client.lookups.v2.phone_numbers(NUMBER).fetch(fields="sim_swap")

    assert found.sim_swap["error_code"] is None
    assert found.line_type_intelligence is None
    assert (found.valid, found.country_code) == (True, "US")


def test_a_number_of_a_wrong_length_is_said_to_be_invalid(client: Client) -> None:
    found = client.lookups.v2.phone_numbers("+1202555").fetch()

    assert (found.valid, found.validation_errors) == (False, ["TOO_SHORT"])


def test_what_is_no_number_is_not_looked_up(client: Client) -> None:
    assert refusal(client.lookups.v2.phone_numbers("911").fetch) == (404, 20404)


# TwiML


def test_who_presses_no_key_hears_every_question_and_no_more() -> None:
    asked = "<Gather action='/code'><Say>Press.</Say></Gather>"
    heard = listen(f"<Response>{asked}{asked}<Say>Bye.</Say><Hangup/></Response>")

    assert heard.everything == ["Press.", "Press.", "Bye."]
    assert (heard.before_key, heard.action) == (["Press."], "/code")
