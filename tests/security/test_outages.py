"""S32: while something that decides is down nobody is verified.

The right code is typed in each outage, so that only the outage can refuse it. Where the
words matter, see also the conversations of `tests/conversations/bad_input`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.accounts.models import PhoneNumber
from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.errors import LookupFailed, NumberRefused
from bot.telephony.numbers import Number
from bot.telephony.policy import NumberPolicy
from bot.telephony.twilio.line_types import TwilioLineTypes
from bot.verification.models import Challenge, Proof
from tests.conversations.fixtures import OpenStage
from tests.conversations.stage import Scene
from tests.conversations.wording import names_of
from tests.security.goals import Goal
from tests.unit.world import (
    CHAT,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    World,
    make_world,
    outcome,
)

TRIES = 20
WRITING = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def broken(sessions: Sessions, breaks: Callable[[str], bool]) -> Iterator[None]:
    """A database that fails at some statements, as one that is gone or full does."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if breaks(statement):
            raise OperationalError(statement, None, Exception("the database is gone"))

    engine = sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


DATABASES: dict[str, Callable[[str], bool]] = {
    "gone": lambda statement: True,
    "read only": lambda statement: statement.lstrip().startswith(WRITING),
    "without proofs": lambda statement: "INTO proof" in statement,
    "without a journal": lambda statement: "INTO audit_event" in statement,
    "without counts": lambda statement: statement.startswith("UPDATE challenge"),
}


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


@pytest.mark.parametrize("how", DATABASES)
def test_no_right_code_is_accepted_while_the_database_is_down(
    world: World, how: str, goal: Goal
) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    with broken(world.sessions, DATABASES[how]):
        outcomes = [
            outcome(world.backend.identification.check, CHAT, code)
            for _ in range(TRIES)
        ]
    accepted = [each for each in outcomes if not isinstance(each, type)]
    (challenge,) = world.rows(Challenge)
    assert accepted == []
    assert world.rows(Proof) == []
    assert challenge.used_at is None
    goal("S32", f"database {how}: 0 of {TRIES} right codes accepted")


@pytest.mark.parametrize("how", ["gone", "read only", "without a journal"])
def test_no_number_is_changed_while_the_database_is_down(
    world: World, how: str
) -> None:
    world.identify_twice()
    world.backend.phone_numbers.offer(CHAT, NEW_NUMBER, which="1")
    code = world.code_to(NEW_NUMBER)
    with broken(world.sessions, DATABASES[how]):
        assert isinstance(
            outcome(world.backend.phone_numbers.confirm, CHAT, code), type
        )
    verified = world.rows(
        PhoneNumber,
        PhoneNumber.fingerprint == world.fingerprints.of("phone", NEW_NUMBER),
        PhoneNumber.state == "verified",
    )
    assert verified == []


def test_once_the_database_is_back_the_code_still_works(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    with broken(world.sessions, DATABASES["gone"]):
        outcome(world.backend.identification.check, CHAT, code)
    world.backend.identification.check(CHAT, code)
    assert len(world.rows(Proof)) == 1


class Silent:
    """Look-ups that never answer."""

    def line_type(self, e164: str) -> dict[str, Any]:
        raise LookupFailed("unreachable")


def test_no_code_is_sent_where_look_ups_are_down(goal: Goal) -> None:
    lookups: Any = Silent()
    policy, refused = NumberPolicy(("US",)), 0
    for last in range(TRIES):
        number = Number(f"+1202234{last:04}", "US", "fixed_or_mobile")
        with pytest.raises(NumberRefused):
            policy.check(number, TwilioLineTypes(lookups).look_up(number.e164))
        refused += 1
    goal("S32", f"look-ups down: {refused} of {TRIES} numbers get no code")


OUTAGES = {
    "identification.check": ("312-555-0188", "en"),
    "identification.begin": ("linh@example.com", "es"),
}


@pytest.mark.parametrize("service", OUTAGES)
def test_the_person_is_told_and_can_have_a_person(
    open_stage: OpenStage, service: str, goal: Goal
) -> None:
    contact, language = OUTAGES[service]
    stage = open_stage(Scene(fails=(service,)))
    visitor = stage.visitor(language=language)
    visitor.say({"en": "find my number", "es": "¿cuál es mi número?"}[language])
    heard = visitor.say(contact)
    if service == "identification.check":
        heard = visitor.say(stage.codes("+13125550188")[-1])
    said = [name for line in heard for name in names_of(line["text"], language)]
    assert "utter_identified" not in said
    assert stage.accounts.changes() == []
    wish = {"en": "let me talk to a person", "es": "quiero hablar con una persona"}
    visitor.say(wish[language])
    assert len(stage.accounts.in_line()) == 1, visitor.transcript()
    goal("S32", f"{service} down: {' '.join(dict.fromkeys(said))}, and a person")
