"""Codes that Twilio Verify makes: the same rules, kept by our own rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.assembly import build_services
from bot.channels.demo import DemoApi
from bot.clock import ManualClock
from bot.database import Base
from bot.privacy.masking import Found
from bot.schema import load_models
from bot.seed import seed
from bot.services import Services
from bot.telephony.errors import GatewayBusy, GatewayFailed
from bot.telephony.models import Delivery
from bot.telephony.standin.magic import VERIFY_REFUSED, magic
from bot.telephony.standin.state import Verification
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.verify import Verifications
from bot.verification.errors import (
    CodeExpired,
    CodeMalformed,
    CodeUnchecked,
    CodeUsed,
    CodeWrong,
    NoCodePending,
    TooManyGuesses,
)
from bot.verification.models import Challenge
from tests.contract.twilio_documents import available, faults
from tests.standing_in import SID, TOKEN, Twilio, twilio
from tests.unit.world import another, at_once, make_settings

SERVICE = f"VA{'0c' * 16}"
MARIA, MARIAS_NUMBER = "maria@example.com", "+12025550143"
JAMES, JAMES_NUMBER = "james@example.com", "+14155550123"
OMAR, NOBODY = "omar@example.com", "nobody@example.com"
NEW_NUMBER = "+12025550177"
CHAT, OTHER_CHAT = "chat-1", "chat-2"


@pytest.fixture(scope="module")
def twilio_server() -> Iterator[Twilio]:
    with twilio() as made:
        yield made


@pytest.fixture
def server(twilio_server: Twilio, clock: ManualClock) -> Iterator[Twilio]:
    """The stand-in with nothing in it; what it was asked follows the documents."""
    twilio_server.state.clock = clock
    for kept in ("texts", "verifications", "faults"):
        getattr(twilio_server.state, kept).clear()
    twilio_server.exchanges.clear()
    yield twilio_server
    if available():
        assert [
            fault for each in twilio_server.exchanges for fault in faults(each)
        ] == []


def make_services(
    folder: Path, clock: ManualClock, url: str, *, engine: str = "verify"
) -> Services:
    services = build_services(
        make_settings(
            state_dir=folder,
            code_engine=engine,
            twilio_account_sid=SID,
            twilio_auth_token=SecretStr(TOKEN),
            twilio_verify_service=SERVICE,
            twilio_base_url=url,
        ),
        clock=clock,
    )
    load_models()
    Base.metadata.create_all(services.database)
    seed(services)
    return services


@pytest.fixture
def services(tmp_path: Path, clock: ManualClock, server: Twilio) -> Iterator[Services]:
    made = make_services(tmp_path, clock, server.url)
    yield made
    made.database.dispose()


def begin(services: Services, contact: str = MARIA, chat: str = CHAT) -> None:
    services.identification.begin(chat, contact)
    services.outbox.drain()


def newest(server: Twilio, to: str = MARIAS_NUMBER) -> Verification:
    made: list[Verification] = server.state.verifications
    return [each for each in made if each.to == to][-1]


def challenge(services: Services, chat: str = CHAT) -> Challenge:
    query = (
        select(Challenge)
        .where(Challenge.conversation_id == chat)
        .order_by(Challenge.position.desc())
    )
    with services.sessions() as session:
        return session.scalars(query).first()  # type: ignore[return-value]


def checks(server: Twilio) -> int:
    return sum(each.path.endswith("/VerificationCheck") for each in server.exchanges)


def test_twilio_makes_the_code_and_knows_it(services: Services, server: Twilio) -> None:
    begin(services)
    assert not services.identification.standing(CHAT).may_change
    code = newest(server).code
    assert services.identification.check(CHAT, code).may_change
    assert newest(server).status == "approved"


def test_it_is_sent_in_the_language_and_the_way_of_the_person(
    services: Services, server: Twilio
) -> None:
    begin(services)
    services.clock.move(60)  # type: ignore[attr-defined]
    services.identification.resend(CHAT, by="voice")
    services.outbox.drain()
    forms = [dict(each.form) for each in server.exchanges if each.status == 201]
    assert [(form["Channel"], form["Locale"]) for form in forms] == [
        ("sms", "es"),
        ("call", "es"),
    ]


def test_no_text_of_ours_holds_a_code(services: Services, server: Twilio) -> None:
    begin(services)
    assert [message.text for message in services.outbox.sent_to(MARIAS_NUMBER)] == [""]


def test_the_demo_shows_it_on_the_phone(services: Services, server: Twilio) -> None:
    begin(services)
    (message,) = DemoApi(services, server.stand_in).phone(MARIAS_NUMBER).messages
    assert (message.by, message.code) == ("sms", newest(server).code)


def test_codes_by_mail_are_our_own(services: Services, server: Twilio) -> None:
    services.identification.begin(CHAT, MARIA, by="email")
    services.outbox.drain()
    (message,) = services.outbox.sent_to(MARIA)
    code = message.text.split("es ")[1][:6]
    assert services.identification.check(CHAT, code).may_view
    assert server.exchanges == []


def test_a_wrong_code_is_counted_by_us(services: Services, server: Twilio) -> None:
    begin(services)
    code = newest(server).code
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as raised:
            services.identification.check(CHAT, another(code))
        assert raised.value.guesses_left == left
    with pytest.raises(TooManyGuesses):
        services.identification.check(CHAT, another(code))
    with pytest.raises(TooManyGuesses):
        services.identification.check(CHAT, code)
    assert checks(server) == 5


def test_what_is_no_code_is_not_asked_about(services: Services, server: Twilio) -> None:
    begin(services)
    with pytest.raises(CodeMalformed):
        services.identification.check(CHAT, "hello")
    assert checks(server) == 0


def test_a_code_works_once(services: Services, server: Twilio) -> None:
    begin(services)
    code = newest(server).code
    services.identification.check(CHAT, code)
    with pytest.raises(CodeUsed):
        services.identification.check(CHAT, code)


def test_of_many_at_once_one_is_right(services: Services, server: Twilio) -> None:
    begin(services)
    code = newest(server).code
    outcomes = at_once(lambda _: services.identification.check(CHAT, code), times=5)
    right = [each for each in outcomes if not isinstance(each, type)]
    assert len(right) == 1


def test_a_code_expires_by_our_clock(
    services: Services, server: Twilio, clock: ManualClock
) -> None:
    begin(services)
    clock.move(600)
    with pytest.raises(CodeExpired):
        services.identification.check(CHAT, newest(server).code)
    assert checks(server) == 0


def test_a_new_code_takes_the_place_of_the_one_before(
    services: Services, server: Twilio, clock: ManualClock
) -> None:
    begin(services)
    first = newest(server)
    clock.move(60)
    services.identification.resend(CHAT)
    services.outbox.drain()
    second = newest(server)
    assert (first.status, second.status) == ("canceled", "pending")
    assert first.sid != second.sid
    if first.code != second.code:
        with pytest.raises(CodeWrong):
            services.identification.check(CHAT, first.code)
    assert services.identification.check(CHAT, second.code).may_change


def test_a_code_of_another_conversation_does_not_fit(
    services: Services, server: Twilio, clock: ManualClock
) -> None:
    begin(services)
    begin(services, JAMES, OTHER_CHAT)
    with pytest.raises(CodeWrong):
        services.identification.check(OTHER_CHAT, newest(server).code)


def test_a_code_that_was_taken_back_is_not_asked_about(
    services: Services, server: Twilio
) -> None:
    begin(services)
    services.identification.cancel(CHAT)
    with pytest.raises(NoCodePending):
        services.identification.check(CHAT, newest(server).code)
    assert checks(server) == 0


@pytest.mark.parametrize("contact", [MARIA, OMAR, NOBODY])
def test_a_stranger_is_answered_alike_and_at_the_same_cost(
    services: Services, server: Twilio, contact: str
) -> None:
    begin(services, contact)
    code = server.state.verifications[0].code if server.state.verifications else "1" * 6
    with pytest.raises(CodeWrong) as raised:
        services.identification.check(CHAT, another(code))
    assert raised.value.guesses_left == 4
    assert checks(server) == 1


def test_nobody_has_a_right_code(services: Services, server: Twilio) -> None:
    begin(services)
    begin(services, NOBODY, OTHER_CHAT)
    with pytest.raises(CodeWrong):
        services.identification.check(OTHER_CHAT, newest(server).code)


def test_whoever_may_be_told_hears_that_a_code_is_gone(
    services: Services, server: Twilio, clock: ManualClock
) -> None:
    begin(services)
    services.identification.check(CHAT, newest(server).code)
    clock.move(60)
    services.identification.begin_known(CHAT)
    services.outbox.drain()
    newest(server).status = "canceled"
    with pytest.raises(CodeExpired):
        services.identification.check(CHAT, newest(server).code)


def test_while_twilio_is_silent_no_code_is_right(
    services: Services, server: Twilio, tmp_path: Path, clock: ManualClock
) -> None:
    begin(services)
    deaf = make_services(tmp_path, clock, "http://127.0.0.1:9")
    for _ in range(2):
        with pytest.raises(CodeUnchecked):
            deaf.identification.check(CHAT, newest(server).code)
    assert not services.identification.standing(CHAT).may_view
    assert challenge(services).attempts == 2
    deaf.database.dispose()
    assert services.identification.check(CHAT, newest(server).code).may_change


def test_a_new_number_is_proved_by_such_a_code(
    services: Services, server: Twilio, clock: ManualClock
) -> None:
    begin(services)
    services.identification.check(CHAT, newest(server).code)
    services.phone_numbers.offer(CHAT, NEW_NUMBER, which="1")
    services.outbox.drain()
    services.phone_numbers.confirm(CHAT, newest(server, NEW_NUMBER).code)
    assert services.phone_numbers.change(CHAT).gets_codes


def test_a_code_that_is_pasted_is_given_up(
    services: Services, server: Twilio, clock: ManualClock
) -> None:
    begin(services)
    services.identification.check(CHAT, newest(server).code)
    clock.move(60)
    services.identification.resend_sign_in(CHAT)
    services.outbox.drain()
    with services.sessions.begin() as session:
        services.disclosures.keep(
            session, CHAT, 1, [Found("code", newest(server).code)]
        )
    assert services.identification.disown(CHAT, 1) == 1


def test_our_own_codes_stay_good_when_twilio_takes_over(
    services: Services, server: Twilio, tmp_path: Path, clock: ManualClock
) -> None:
    before = make_services(tmp_path, clock, server.url, engine="own")
    begin(before)
    (message,) = before.outbox.sent_to(MARIAS_NUMBER)
    code = message.text.split(" es ")[1][:6]
    with pytest.raises(CodeWrong):
        services.identification.check(CHAT, another(code))
    assert services.identification.check(CHAT, code).may_change
    before.database.dispose()


@pytest.mark.parametrize("code", sorted(VERIFY_REFUSED))
def test_every_refusal_of_twilio_is_told_by_its_code(server: Twilio, code: int) -> None:
    verifications = Verifications(twilio_client(server.account()), SERVICE)
    with pytest.raises(GatewayFailed) as raised:
        verifications.start(magic(code), channel="sms", language="en")
    assert raised.value.error_code == str(code)
    assert magic(code) not in str(raised.value)
    busy = isinstance(raised.value, GatewayBusy)
    assert busy == (VERIFY_REFUSED[code] in (429, 500, 503))


@pytest.mark.parametrize("to", ["", "+1?To=x", "maria@example.com", "+0123456789"])
def test_only_numbers_are_sent_to(server: Twilio, to: str) -> None:
    verifications = Verifications(twilio_client(server.account()), SERVICE)
    with pytest.raises(GatewayFailed):
        verifications.start(to, channel="sms", language="en")
    assert server.exchanges == []


def test_too_many_checks_and_too_many_sends_differ(server: Twilio) -> None:
    verifications = Verifications(twilio_client(server.account()), SERVICE)
    sid = verifications.start(MARIAS_NUMBER, channel="sms", language="en")
    wrong = another(newest(server).code)
    found = [verifications.check(sid, wrong) for _ in range(6)]
    assert found == ["wrong"] * 5 + ["spent"]
    for _ in range(4):
        verifications.start(MARIAS_NUMBER, channel="sms", language="en")
    with pytest.raises(GatewayFailed) as raised:
        verifications.start(MARIAS_NUMBER, channel="sms", language="en")
    assert raised.value.error_code == "60203"


def test_what_is_gone_can_be_cancelled(server: Twilio) -> None:
    verifications = Verifications(twilio_client(server.account()), SERVICE)
    verifications.cancel(f"VE{'0' * 32}")
    assert verifications.check(f"VE{'0' * 32}", "123456") == "gone"


def test_what_twilio_refuses_fails_with_its_code(
    services: Services, server: Twilio
) -> None:
    begin(services)
    with services.sessions() as session:
        delivery = session.get(Delivery, challenge(services).delivery_id)
    assert delivery is not None
    assert (delivery.state, delivery.provider_id) == ("sent", newest(server).sid)
    assert delivery.error_code is None


def test_everything_else_goes_its_old_way(services: Services, server: Twilio) -> None:
    with services.sessions.begin() as session:
        services.outbox.post(
            session, to=MARIAS_NUMBER, by="sms", text="Hello", purpose="notice"
        )
    services.outbox.drain()
    assert [each.text for each in services.outbox.sent_to(MARIAS_NUMBER)] == ["Hello"]
    assert server.exchanges == []
