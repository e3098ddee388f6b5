"""An unknown contact is answered like a known one: in words, order and work."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import AuthenticatorDisabled
from bot.verification.models import Challenge, Throttle
from tests.unit.world import World, empty_world, statements

UNKNOWN_EMAIL = "nobody@example.com"
UNKNOWN_NUMBER = "+12025550199"
KNOWN = {
    "an e-mail address with a number": "maria@example.com",
    "a number": "+12025550144",
    "an e-mail address without a number": "omar@example.com",
    "an e-mail address with two numbers": "james@example.com",
    "a second number": "+14155550199",
    "a landline": "+12125550160",
    "a suspended account": "sam@example.com",
    "a suspended account's number": "+12025550146",
    "a closed account": "cleo@example.com",
    "a number whose codes are switched off": "+12025550147",
}
CHATS = ("chat-known", "chat-unknown")
Step = Callable[[World, str, str], Any]


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    world = empty_world(sessions, clock)
    world.add("maria@example.com", numbers=("+12025550143",), language="es")
    world.add("mario@example.com", numbers=("+12025550144",))
    world.add("omar@example.com")
    world.add("james@example.com", numbers=("+14155550123", "+14155550199"))
    world.add("lena@example.com", numbers=("+12125550160",), line_type="landline")
    world.add("sam@example.com", numbers=("+12025550145",), status="suspended")
    world.add("sue@example.com", numbers=("+12025550146",), status="suspended")
    world.add("cleo@example.com", status="closed")
    off = world.add("olga@example.com", numbers=("+12025550147",))
    with world.sessions.begin() as session:
        row = world.parts.authenticators.of_kind(session, off, "sms")
        assert row is not None
        row.disabled_at = world.clock.now()
    return world


def begin(world: World, chat: str, contact: str) -> Any:
    return world.backend.identification.begin(chat, contact)


def begin_by_email(world: World, chat: str, contact: str) -> Any:
    return world.backend.identification.begin(chat, contact, by="email")


def resend_by_text(world: World, chat: str, _contact: str) -> Any:
    return world.backend.identification.resend(chat, by="sms")


def resend(world: World, chat: str, _contact: str) -> Any:
    return world.backend.identification.resend(chat)


def call(world: World, chat: str, _contact: str) -> Any:
    return world.backend.identification.resend(chat, by="voice")


def guess_wrong(world: World, chat: str, _contact: str) -> Any:
    return world.backend.identification.check(chat, wrong(world))


def cancel(world: World, chat: str, _contact: str) -> Any:
    return world.backend.identification.cancel(chat)


def look(world: World, chat: str, _contact: str) -> Any:
    return world.backend.identification.standing(chat)


def report(world: World, chat: str, _contact: str) -> Any:
    return world.backend.history.last(chat)


def numbers(world: World, chat: str, _contact: str) -> Any:
    return world.backend.phone_numbers.find(chat)


def offer(world: World, chat: str, _contact: str) -> Any:
    return world.backend.phone_numbers.offer(chat, "+12025550177")


def use_app(world: World, chat: str, _contact: str) -> Any:
    return world.backend.totp.check(chat, "123456")


def use_recovery_code(world: World, chat: str, _contact: str) -> Any:
    return world.backend.recovery_codes.use(chat, "0" * 24)


def open_case(world: World, chat: str, _contact: str) -> Any:
    case = world.handoff.cases.open(chat, "recovery")
    return case.wait, case.told


def look_at_cases(world: World, chat: str, _contact: str) -> Any:
    return [(case.kind, case.state) for case in world.handoff.cases.status(chat)]


def redeem(world: World, chat: str, _contact: str) -> Any:
    return world.handoff.cases.redeem(chat)


def wrong(world: World) -> str:
    """Six digits that are no open code of anybody."""
    open_codes = world.rows(Challenge)
    for number in range(1_000_000):
        code = f"{number:06}"
        if not any(world.parts.codes.fits(row, code) for row in open_codes):
            return code
    raise AssertionError


WAIT_LONG = 3600.0
SCRIPTS: dict[str, list[Step | float]] = {
    "guesses at one code": [begin, look, *[guess_wrong, look] * 7],
    "guesses until it is switched off": [
        *[begin, *[guess_wrong] * 5, WAIT_LONG] * 5,
        begin,
        resend,
        guess_wrong,
        look,
    ],
    "resends": [
        *[begin, resend, 60.0, resend, 60.0, call, 60.0, call, 300.0],
        *[resend, 599.0, resend, 1.0, resend, resend, 600.0, resend, look],
    ],
    "codes by e-mail": [
        *[begin_by_email, look, resend, guess_wrong, 60.0, resend, look, 120.0],
        *[resend_by_text, guess_wrong, 300.0, resend, *[guess_wrong] * 6, look],
    ],
    "resends for two days": [begin, *[1800.0, resend, look] * 50],
    "expiry": [begin, 599.0, guess_wrong, look, 1.0, guess_wrong, look, resend],
    "cancelling": [begin, cancel, look, guess_wrong, resend, begin],
    "looking around": [begin, look, report, numbers, offer, guess_wrong, report],
    "an authenticator app": [begin, *[use_app] * 22, guess_wrong],
    "cases": [
        *[begin, open_case, look_at_cases, open_case, redeem, guess_wrong, look],
        *[86_400.0, begin, open_case, look_at_cases, 172_800.0, look_at_cases],
        *[begin, open_case, redeem],
    ],
    "saved recovery codes": [begin, *[use_recovery_code] * 22, guess_wrong],
}


def said(world: World, step: Step, chat: str, contact: str) -> tuple[Any, list[str]]:
    """What a step gives or raises, and the statements that it makes."""
    with statements(world.sessions) as made:
        try:
            answer = step(world, chat, contact)
        except Exception as error:
            answer = type(error), vars(error)
    return answer, made


def play(
    world: World, script: list[Step | float], known: str, unknown: str
) -> Iterator[tuple[Any, Any]]:
    """Both visitors' outcomes, step by step, at the same moments."""
    for step in script:
        if isinstance(step, float):
            world.clock.move(step)
            continue
        yield tuple(
            said(world, step, chat, contact)
            for chat, contact in zip(CHATS, (known, unknown), strict=True)
        )


@pytest.mark.parametrize("kind", KNOWN)
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_known_contact_cannot_be_told_from_an_unknown_one(
    world: World, script: str, kind: str
) -> None:
    known = KNOWN[kind]
    unknown = UNKNOWN_NUMBER if known.startswith("+") else UNKNOWN_EMAIL
    for step, (for_known, for_unknown) in enumerate(
        play(world, SCRIPTS[script], known, unknown)
    ):
        assert for_known[0] == for_unknown[0], f"step {step}"
        assert for_known[1] == for_unknown[1], f"statements of step {step}"


def test_the_scripts_reach_the_end_of_all_guessing(world: World) -> None:
    script = SCRIPTS["guesses until it is switched off"]
    outcomes = [pair[0][0] for pair in play(world, script, *KNOWN_AND_NOT)]
    assert (AuthenticatorDisabled, {}) in outcomes


KNOWN_AND_NOT = ("maria@example.com", UNKNOWN_EMAIL)


def test_a_hundred_pairs_of_contacts_answer_alike(world: World) -> None:
    for turn in range(100):
        known, unknown = f"known{turn}@example.com", f"unknown{turn}@example.com"
        world.add(known, numbers=(f"+1305555{turn:04}",))
        answers = [
            [said(world, step, f"{contact}-chat", contact) for step in (begin, look)]
            for contact in (known, unknown)
        ]
        assert answers[0] == answers[1]


def test_no_contact_is_kept_in_the_clear(world: World) -> None:
    begin(world, *("chat", "maria@example.com"))
    begin(world, *("chat", UNKNOWN_NUMBER))
    kept = " ".join(
        [row.key for row in world.rows(Throttle)]
        + [row.limit_key for row in world.rows(Challenge)]
    )
    assert "maria" not in kept and "5550199" not in kept
