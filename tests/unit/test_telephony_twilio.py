"""The gateway to Twilio: the unmodified client against the stand-in."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from bot.brand import load_brand
from bot.privacy.logs import CHATTY
from bot.telephony.causes import CODES, cause
from bot.telephony.errors import GatewayBusy, GatewayFailed, GatewaySilent
from bot.telephony.gateway import ConsoleGateway, Outgoing, Sent
from bot.telephony.purposes import CONVERSATION, NOTICE
from bot.telephony.segments import is_gsm7
from bot.telephony.standin.magic import CALLS, MACHINE, REFUSED, UNDELIVERED, magic
from bot.telephony.standin.state import Fault
from bot.telephony.suppressions import CONFIRMATION
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.gateway import TwilioGateway
from bot.telephony.wording import Wording
from tests.standing_in import CHAT, VOICE, Twilio, twilio, until
from tests.standing_in import CODES as CODE_SENDER

NUMBER = "+12025550143"
SERVICE = f"MG{'0b' * 16}"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TEXT = Outgoing("d1", NUMBER, "sms", "your code is 042042", "identify", "en")
CALL = replace(TEXT, by="voice", text="Your code is: 0, 4, 2. Again: 0, 4, 2.")


@pytest.fixture(scope="module")
def server() -> Iterator[Twilio]:
    with twilio() as made:
        yield made


@pytest.fixture
def fresh(server: Twilio) -> Twilio:
    """The stand-in as if nothing had been asked of it."""
    until(lambda: server.stand_in.is_idle)
    server.state.texts.clear()
    server.state.calls.clear()
    server.state.faults.clear()
    server.state.blocked.clear()
    server.webhook.got.clear()
    server.webhook.answer = lambda path, form: ""
    server.exchanges.clear()
    return server


def gateway(server: Twilio, **changed: object) -> TwilioGateway:
    account = server.account(**changed)
    client = twilio_client(account)
    return TwilioGateway(account, client, Wording(load_brand()), ConsoleGateway())


def test_a_text_is_taken_and_reports_are_asked_for(fresh: Twilio) -> None:
    sent = gateway(fresh).send(TEXT)

    (text,) = fresh.state.texts
    assert sent == Sent(text.sid, "sent")
    assert (text.to, text.sender, text.body) == (NUMBER, CODE_SENDER, TEXT.text)
    until(lambda: len(fresh.webhook.got) == 2)
    assert fresh.webhook.statuses() == ["sent", "delivered"]
    assert {(path, signed) for path, _, signed in fresh.webhook.got} == {
        ("/api/sms/status?delivery=d1", True)
    }


@pytest.mark.parametrize(
    ("purpose", "sender"),
    [
        ("identify", CODE_SENDER),
        ("sign_in", CODE_SENDER),
        (NOTICE, CODE_SENDER),
        (CONVERSATION, CHAT),
        (CONFIRMATION, CHAT),
    ],
)
def test_codes_and_conversation_come_from_different_senders(
    fresh: Twilio, purpose: str, sender: str
) -> None:
    gateway(fresh).send(replace(TEXT, purpose=purpose))

    assert [text.sender for text in fresh.state.texts] == [sender]


def test_a_sender_may_be_a_messaging_service(fresh: Twilio) -> None:
    gateway(fresh, code_sender=SERVICE).send(TEXT)

    assert [text.service_sid for text in fresh.state.texts] == [SERVICE]
    assert "From" not in dict(fresh.exchanges[0].form)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("“It’s on its way” – wait…", '"It\'s on its way" - wait.'),
        ("¡Hola! Su código está aquí: ñandú", "¡Hola! Su codigo esta aqui: ñandu"),
        ("a [b] {c} ~ | \\ ^ €", "a [b] {c} ~ | \\ ^ €"),
    ],
)
def test_a_text_goes_in_the_gsm_alphabet_when_it_can(
    fresh: Twilio, text: str, sent: str
) -> None:
    gateway(fresh).send(replace(TEXT, text=text))

    assert fresh.state.texts[0].body == sent
    assert is_gsm7(sent)


def test_a_text_that_cannot_stays_as_it_is(fresh: Twilio) -> None:
    gateway(fresh).send(replace(TEXT, text="Está “bien” 👍"))

    assert fresh.state.texts[0].body == "Está “bien” 👍"


@pytest.mark.parametrize(
    "number", ["", "2025550143", "+1202555014x", "../Calls", "+1", f"+{'1' * 16}", "+0"]
)
@pytest.mark.parametrize("by", ["sms", "voice"])
def test_only_a_number_is_ever_put_into_a_request(
    fresh: Twilio, number: str, by: str
) -> None:
    with pytest.raises(GatewayFailed) as raised:
        gateway(fresh).send(replace(TEXT, to=number, by=by))

    assert (type(raised.value), raised.value.error_code) == (GatewayFailed, "21211")
    assert fresh.exchanges == []


def test_an_email_goes_another_way(fresh: Twilio) -> None:
    letter = replace(TEXT, to="maria@example.com", by="email")

    assert gateway(fresh).send(letter).state == "delivered"
    assert gateway(fresh).find(letter, since=LONG_AGO) == ()
    assert fresh.exchanges == []


REFUSALS = sorted(code for code, status in REFUSED.items() if status in (400, 401))
BUSY = sorted(code for code, status in REFUSED.items() if status == 429)
BROKEN = sorted(code for code, status in REFUSED.items() if status >= 500)


@pytest.mark.parametrize("by", ["sms", "voice"])
@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_has_twilios_code_and_nothing_else(
    fresh: Twilio, code: int, by: str
) -> None:
    with pytest.raises(GatewayFailed) as raised:
        gateway(fresh).send(replace(TEXT, to=magic(code), by=by))

    assert (type(raised.value), raised.value.error_code) == (GatewayFailed, str(code))
    assert magic(code) not in repr(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("code", BUSY)
def test_too_many_requests_are_for_later(fresh: Twilio, code: int) -> None:
    with pytest.raises(GatewayBusy) as raised:
        gateway(fresh).send(replace(TEXT, to=magic(code)))

    assert (raised.value.error_code, raised.value.in_doubt) == (str(code), False)


@pytest.mark.parametrize("code", BROKEN)
def test_a_breakdown_leaves_doubt(fresh: Twilio, code: int) -> None:
    with pytest.raises(GatewayBusy) as raised:
        gateway(fresh).send(replace(TEXT, to=magic(code)))

    assert raised.value.in_doubt


def test_a_wrong_token_is_told(fresh: Twilio) -> None:
    with pytest.raises(GatewayFailed) as raised:
        gateway(fresh, auth_tokens=()).send(TEXT)

    assert raised.value.error_code == "20003"
    assert cause(raised.value.error_code).alarm


def test_nobody_waits_longer_than_the_timeout(fresh: Twilio) -> None:
    fresh.state.faults.append(Fault(hang=2))
    began = time.monotonic()
    with pytest.raises(GatewaySilent):
        gateway(fresh, timeout=0.2).send(TEXT)

    assert time.monotonic() - began < 1.5


def test_nothing_left_when_there_is_no_connection(fresh: Twilio) -> None:
    with pytest.raises(GatewayBusy) as raised:
        gateway(fresh, base_url="http://127.0.0.1:9").send(TEXT)

    assert not raised.value.in_doubt


def test_what_was_taken_can_be_found(fresh: Twilio) -> None:
    fresh.state.faults.append(Fault(status=503, code=20503, taken=True))
    with pytest.raises(GatewayBusy):
        gateway(fresh).send(replace(TEXT, text="“mine”"))
    gateway(fresh).send(TEXT)
    (mine, _) = fresh.state.texts

    found = gateway(fresh).find(replace(TEXT, text="“mine”"), since=LONG_AGO)

    assert [one.provider_id for one in found] == [mine.sid]
    later = datetime.now(UTC) + timedelta(hours=1)
    assert gateway(fresh).find(TEXT, since=later) == []


def test_a_call_can_be_found(fresh: Twilio) -> None:
    sent = gateway(fresh).send(CALL)

    found = gateway(fresh).find(CALL, since=LONG_AGO)

    assert [one.provider_id for one in found] == [sent.provider_id]


def test_a_search_that_fails_says_so(fresh: Twilio) -> None:
    with pytest.raises(GatewayFailed):
        gateway(fresh, base_url="http://127.0.0.1:9").find(TEXT, since=LONG_AGO)


def test_no_number_reaches_a_log(
    fresh: Twilio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sending = gateway(fresh)
    sending.send(TEXT)
    sending.send(CALL)
    sending.find(TEXT, since=LONG_AGO)
    with pytest.raises(GatewayFailed):
        sending.send(replace(TEXT, to=magic(21211)))

    # The last two: the stand-in itself, and what set_up_logs keeps quiet.
    others = ("uvicorn", *CHATTY)
    logged = "\n".join(
        record.getMessage()
        for record in caplog.records
        if not record.name.startswith(others)
    )
    for secret in (NUMBER[1:], magic(21211)[1:], "042042"):
        assert secret not in logged, secret


# Calls


def say(path: str, form: dict[str, str]) -> str:
    """What the app would answer to a pressed key."""
    if not path.startswith("/api/voice/code"):
        return ""
    return "<Response><Say>0</Say><Pause length='1'/><Say>4</Say></Response>"


def heard_by(fresh: Twilio, to: str = NUMBER) -> list[str]:
    fresh.webhook.answer = say
    gateway(fresh).send(replace(CALL, to=to))
    until(lambda: "completed" in fresh.webhook.statuses("CallStatus"))
    heard: list[str] = fresh.state.calls[0].heard
    return heard


def test_a_person_who_presses_a_key_hears_the_code(fresh: Twilio) -> None:
    question, *code = heard_by(fresh)

    assert "Press any key" in question
    assert code == ["0", "...", "4"]
    path, form, signed = fresh.webhook.got[0]
    assert (path, signed) == ("/api/voice/code?delivery=d1", True)
    assert form["Digits"] == "1"


def test_an_answering_machine_hears_no_digit(fresh: Twilio) -> None:
    heard = heard_by(fresh, magic(MACHINE))

    assert heard
    assert not any(character.isdigit() for character in "".join(heard))


def test_the_code_is_not_in_what_twilio_is_given(fresh: Twilio) -> None:
    gateway(fresh).send(CALL)

    given = dict(fresh.exchanges[0].form)
    assert "0, 4, 2" not in given["Twiml"]
    assert (given["From"], given["To"]) == (VOICE, NUMBER)


def test_a_notice_is_said_to_whoever_picks_up(fresh: Twilio) -> None:
    notice = replace(CALL, purpose=NOTICE, text="Hello. A number was removed.")
    gateway(fresh).send(notice)

    root = ElementTree.fromstring(dict(fresh.exchanges[0].form)["Twiml"])
    assert [each.tag for each in root] == ["Say", "Hangup"]
    assert root[0].text == "Hello. A number was removed."


@pytest.mark.parametrize(
    ("language", "spoken_in", "words"),
    [("en", "en-US", "Press any key"), ("es", "es-US", "Pulse cualquier tecla")],
)
def test_a_call_speaks_the_persons_language(
    fresh: Twilio, language: str, spoken_in: str, words: str
) -> None:
    gateway(fresh).send(replace(CALL, language=language))

    root = ElementTree.fromstring(dict(fresh.exchanges[0].form)["Twiml"])
    says = root.findall(".//Say")
    assert {say.get("language") for say in says} == {spoken_in}
    assert all(words in str(say.text) for say in says)


@pytest.mark.parametrize("code", sorted(CALLS))
def test_how_a_call_ended_is_reported(fresh: Twilio, code: int) -> None:
    gateway(fresh).send(replace(CALL, to=magic(code)))
    until(lambda: fresh.webhook.got)

    assert fresh.webhook.statuses("CallStatus") == [CALLS[code]]
    assert fresh.state.calls[0].heard == []


# The stand-in knows every error that we know of


def test_every_code_that_has_a_cause_has_a_magic_number() -> None:
    known = {code for codes in CODES.values() for code in codes if code.isdecimal()}
    of_messages = {code for code in known if code[0] in "123" and code != "20404"}

    assert of_messages <= {str(code) for code in (*REFUSED, *UNDELIVERED)}


@pytest.mark.parametrize("code", sorted(UNDELIVERED))
def test_what_does_not_arrive_is_reported_with_its_code(
    fresh: Twilio, code: int
) -> None:
    gateway(fresh).send(replace(TEXT, to=magic(code)))
    until(lambda: len(fresh.webhook.got) == 2)

    assert fresh.webhook.statuses() == ["sent", "undelivered"]
    assert fresh.webhook.got[-1][1]["ErrorCode"] == str(code)
