"""What we send to Twilio, and what its stand-in answers, follows Twilio's documents.

The documents stand beside the project and are not part of it; without them these
tests are skipped.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from twilio.base.exceptions import TwilioRestException

from bot.brand import load_brand
from bot.telephony.errors import GatewayFailed, LookupFailed
from bot.telephony.gateway import ConsoleGateway, Outgoing
from bot.telephony.purposes import CONVERSATION, NOTICE
from bot.telephony.standin import magic
from bot.telephony.standin.magic import PACKAGE_FAILED, REFUSED, VERIFY_REFUSED
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.gateway import TwilioGateway
from bot.telephony.twilio.lookups import Lookups
from bot.telephony.wording import Wording
from tests.contract import twilio_documents
from tests.contract.twilio_documents import faults, faults_of_answer
from tests.standing_in import Twilio, twilio, until

pytestmark = pytest.mark.skipif(
    not twilio_documents.available(),
    reason="Twilio's OpenAPI documents are not in ../shared/twilio",
)

NUMBER = "+12025550143"
SERVICE = f"MG{'0b' * 16}"
VERIFY = f"VA{'0c' * 16}"
TEXT = Outgoing("d1", NUMBER, "sms", "Hello", "identify", "en")


@pytest.fixture(scope="module")
def server() -> Iterator[Twilio]:
    with twilio() as made:
        yield made


def gateway(server: Twilio, **changed: object) -> TwilioGateway:
    account = server.account(**changed)
    wording = Wording(load_brand())
    return TwilioGateway(account, twilio_client(account), wording, ConsoleGateway())


def text(server: Twilio) -> None:
    for purpose in ("identify", CONVERSATION, NOTICE):
        gateway(server).send(replace(TEXT, purpose=purpose))
    gateway(server, code_sender=SERVICE).send(TEXT)


def call(server: Twilio) -> None:
    for language in ("en", "es"):
        gateway(server).send(replace(TEXT, by="voice", language=language))
    gateway(server).send(replace(TEXT, by="voice", purpose=NOTICE))


def look_for_both(server: Twilio) -> None:
    text(server)
    call(server)
    until(lambda: server.stand_in.is_idle)
    for by in ("sms", "voice"):
        assert gateway(server).find(
            replace(TEXT, by=by), since=datetime(2020, 1, 1, tzinfo=UTC)
        )


def be_refused(server: Twilio) -> None:
    for code in REFUSED:
        for by in ("sms", "voice"):
            with pytest.raises(GatewayFailed):
                gateway(server).send(replace(TEXT, to=magic.magic(code), by=by))


def have_bad_credentials(server: Twilio) -> None:
    with pytest.raises(GatewayFailed):
        gateway(server, auth_tokens=()).send(TEXT)


def read_one(server: Twilio) -> None:
    client = twilio_client(server.account())
    made = gateway(server).send(TEXT)
    assert client.messages(made.provider_id).fetch().to == NUMBER
    made = gateway(server).send(replace(TEXT, by="voice"))
    assert client.calls(made.provider_id).fetch().to == NUMBER


def look_up(server: Twilio) -> None:
    lookups = Lookups(twilio_client(server.account()))
    special = (*range(1, 13), *magic.SWAPPED, *magic.REASSIGNED)
    for code in (*special, *PACKAGE_FAILED, 20429, 20503):
        number = magic.magic(code)
        with suppress(LookupFailed):
            lookups.line_type(number)
        with suppress(LookupFailed):
            lookups.sim_swap(number)
        with suppress(LookupFailed):
            lookups.reassigned_number(number, since=date(2026, 1, 31))
    with suppress(LookupFailed):
        lookups.line_type("+1202555")


def verify(server: Twilio) -> None:
    service = twilio_client(server.account()).verify.v2.services(VERIFY)
    made = service.verifications.create(to=NUMBER, channel="sms", custom_code="042042")
    service.verifications(made.sid).fetch()
    for code in ("111111", "042042"):
        service.verification_checks.create(to=NUMBER, code=code)
    with suppress(TwilioRestException):
        service.verification_checks.create(to=NUMBER, code="042042")
    for code in VERIFY_REFUSED:
        with pytest.raises(TwilioRestException):
            service.verifications.create(to=magic.magic(code), channel="call")
    made = service.verifications.create(to=NUMBER, channel="call", locale="es")
    service.verifications(made.sid).update(status="canceled")


@pytest.mark.parametrize(
    "act",
    [
        *(text, call, look_for_both, be_refused, have_bad_credentials, read_one),
        *(look_up, verify),
    ],
)
def test_every_request_and_every_answer_follows_the_documents(
    server: Twilio, act: Callable[[Twilio], None]
) -> None:
    server.exchanges.clear()
    act(server)

    assert server.exchanges
    found = {
        f"{each.method} {each.path.replace(NUMBER, '')}: {fault}"
        for each in server.exchanges
        for fault in faults(each)
    }
    assert found == set()


def test_what_breaks_a_rule_is_found(server: Twilio) -> None:
    server.exchanges.clear()
    gateway(server).send(TEXT)
    good = server.exchanges[0]
    answer = good.answer
    wrong = [
        replace(good, path=good.path.replace("Messages", "Missives")),
        replace(good, form=[*good.form, ("Colour", "red")]),
        replace(good, form=[pair for pair in good.form if pair[0] != "To"]),
        replace(good, form=[*good.form, ("MessagingServiceSid", "MG1")]),
        replace(good, form=[*good.form, ("RiskCheck", "maybe")]),
        replace(good, query=[("PageSize", "2")]),
        replace(good, answer=answer | {"sid": "XX1"}),
        replace(good, answer=answer | {"status": "flying"}),
        replace(good, answer=answer | {"error_code": "30003"}),
        replace(good, answer=answer | {"colour": "red"}),
        replace(good, status=400),
    ]

    assert faults(good) == []
    assert all(len(faults(each)) >= 1 for each in wrong)


OURS = ("/Messages.json", "/Calls.json", "/PhoneNumbers/", "/Verification")


def test_twilios_own_examples_pass() -> None:
    own = [
        each
        for each in twilio_documents.examples()
        if any(part in each.path for part in OURS)
    ]

    assert len(own) > 20
    known = [fault for each in own for fault in faults_of_answer(each)]
    assert known == []
