"""Signing in at the desk: what lets in, what is refused, and how often is looked."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Semaphore
from typing import Any, Literal

import pytest
from argon2 import PasswordHasher

from bot.agents.errors import NotSignedIn, SignInRefused, SignInTooOften
from bot.agents.models import Agent, AgentSession, DeskAudit
from bot.agents.passwords import WAITING, Passwords
from bot.agents.sign_in import TRIES_PER_ADDRESS, TRIES_PER_NAME_THERE, Opened
from bot.clock import ManualClock
from bot.database import Sessions
from tests.unit.desk_team import LEE, PASSWORD, SAM, Desk, make_team
from tests.unit.world import World, at_once, empty_world, outcome, statements


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return empty_world(sessions, clock)


@pytest.fixture
def desk(world: World, clock: ManualClock) -> Desk:
    desk = make_team(world.parts.outside, clock)
    desk.add(LEE)
    return desk


def attempt(desk: Desk, email: str = LEE, **given: Any) -> Any:
    typed = {"password": PASSWORD, "code": desk.code(LEE), "address": "192.0.2.1"}
    return outcome(lambda: desk.team.sign_in.sign_in(email, **(typed | given)))


def test_password_and_code_let_in(desk: Desk) -> None:
    who = desk.sign_in(LEE)

    assert (who.name, who.role, who.status) == ("Lee", "agent", "available")


def test_the_e_mail_address_may_be_written_in_another_way(desk: Desk) -> None:
    desk.clock.move(30)

    assert attempt(desk, "  LEE@Example.com ") not in (SignInRefused, SignInTooOften)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong horse battery"},
        {"password": ""},
        {"password": PASSWORD + "x" * 200},
        {"code": "000000"},
        {"code": "not a code"},
        {"code": ""},
        {"email": "nobody@example.com"},
        {"email": ""},
    ],
    ids=str,
)
def test_whatever_is_wrong_the_refusal_is_the_same(
    desk: Desk, wrong: dict[str, str]
) -> None:
    desk.clock.move(30)

    assert attempt(desk, **wrong) is SignInRefused


def test_a_code_counts_once(desk: Desk) -> None:
    desk.clock.move(30)
    code = desk.code(LEE)

    assert attempt(desk, code=code) is not SignInRefused
    assert attempt(desk, code=code) is SignInRefused


def test_a_code_from_before_the_last_one_is_refused(desk: Desk) -> None:
    desk.clock.move(30)
    older = desk.code(LEE)
    desk.open(LEE)

    assert attempt(desk, code=older) is SignInRefused


def test_one_of_fifty_uses_of_a_code_at_once_lets_in(
    each_database: Sessions, clock: ManualClock
) -> None:
    desk = make_team(empty_world(each_database, clock).parts.outside, clock)
    desk.add(LEE)
    desk.clock.move(30)

    outcomes = at_once(lambda turn: attempt(desk, address=f"192.0.2.{turn}"))

    let_in = [each for each in outcomes if isinstance(each, Opened)]
    assert len(let_in) == 1 and SignInRefused in outcomes
    with each_database() as session:
        assert session.query(AgentSession).count() == 1


def test_of_fifty_guesses_at_once_ten_are_looked_at(
    each_database: Sessions, clock: ManualClock
) -> None:
    desk = make_team(empty_world(each_database, clock).parts.outside, clock)
    desk.add(LEE)

    outcomes = at_once(lambda _turn: attempt(desk, password="wrong horse battery"))

    assert Counter(outcomes) == {
        SignInRefused: TRIES_PER_NAME_THERE,
        SignInTooOften: 50 - TRIES_PER_NAME_THERE,
    }


def test_a_flood_of_tries_holds_no_more_threads_than_may_wait() -> None:
    hold, held = Event(), Semaphore(0)

    class SlowHasher(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            held.release()
            hold.wait(10)
            return True

    passwords = Passwords(SlowHasher(time_cost=1, memory_cost=8, parallelism=1))
    with ThreadPoolExecutor(WAITING) as pool:
        waiting = [pool.submit(passwords.fits, "hash", "x") for _ in range(WAITING)]
        held.acquire(timeout=10)
        while pool._work_queue.qsize():
            time.sleep(0.01)
        time.sleep(0.1)
        assert outcome(lambda: passwords.fits("hash", "x")) is SignInTooOften
        hold.set()
    assert all(each.result() for each in waiting)


def test_after_too_many_guesses_the_right_ones_are_not_looked_at(desk: Desk) -> None:
    for _ in range(TRIES_PER_NAME_THERE):
        attempt(desk, password="wrong horse battery")
    desk.clock.move(30)

    assert attempt(desk) is SignInTooOften
    desk.clock.move(15 * 60)
    assert attempt(desk) not in (SignInRefused, SignInTooOften)


def test_who_guesses_at_a_name_keeps_its_agent_out_nowhere_else(desk: Desk) -> None:
    for _ in range(TRIES_PER_NAME_THERE + 1):
        attempt(desk, password="wrong horse battery", address="198.51.100.7")

    assert desk.open(LEE, address="192.0.2.1").token


def test_one_address_may_try_so_many_names(desk: Desk) -> None:
    for turn in range(TRIES_PER_ADDRESS):
        assert attempt(desk, f"nobody{turn}@example.com") is SignInRefused
    desk.clock.move(30)

    assert attempt(desk) is SignInTooOften


def test_an_unknown_name_costs_the_same_work(desk: Desk, sessions: Sessions) -> None:
    seen = []
    for email in (LEE, "nobody@example.com"):
        with statements(sessions) as made:
            attempt(desk, email, password="wrong horse battery")
        seen.append(made)

    assert seen[0] == seen[1] and len(seen[0]) > 3


def test_who_is_disabled_is_signed_out_and_stays_out(desk: Desk) -> None:
    token = desk.open(LEE).token
    desk.team.roster.disable(LEE)

    with pytest.raises(NotSignedIn):
        desk.team.sessions.recognise(token)
    with pytest.raises(SignInRefused):
        desk.open(LEE)


def test_every_sign_in_has_a_session_of_its_own_and_ends_the_browser_s_earlier(
    desk: Desk,
) -> None:
    first = desk.open(LEE)
    second = desk.open(LEE, earlier=first.token)

    assert first.token != second.token
    with pytest.raises(NotSignedIn):
        desk.team.sessions.recognise(first.token)
    assert desk.team.sessions.recognise(second.token).agent_id


def test_neither_token_nor_password_nor_key_is_in_the_database(
    desk: Desk, sessions: Sessions
) -> None:
    opened = desk.open(LEE)

    with sessions() as session:
        (row,) = session.query(AgentSession)
        (agent,) = session.query(Agent)
    assert opened.token not in (row.token_hash, row.csrf)
    assert agent.password_hash.startswith("$argon2id$")
    assert PASSWORD not in agent.password_hash
    assert desk.apps[LEE].secret.encode() not in agent.totp_encrypted


def test_a_session_ends_when_its_agent_does_nothing_for_half_an_hour(
    desk: Desk,
) -> None:
    token = desk.open(LEE).token
    desk.clock.move(29 * 60)
    desk.team.sessions.recognise(token)
    desk.clock.move(29 * 60)
    desk.team.sessions.recognise(token)
    desk.clock.move(30 * 60)

    with pytest.raises(NotSignedIn):
        desk.team.sessions.recognise(token)


def test_an_open_desk_alone_does_not_keep_a_session(desk: Desk) -> None:
    who = desk.sign_in(LEE)
    for _ in range(29):
        desk.clock.move(60)
        desk.team.sessions.watch(who)
    desk.clock.move(60)

    with pytest.raises(NotSignedIn):
        desk.team.sessions.watch(who)


def test_a_session_ends_after_twelve_hours_whatever_is_done(desk: Desk) -> None:
    token = desk.open(LEE).token
    for _ in range(12 * 60 - 1):
        desk.clock.move(60)
        desk.team.sessions.recognise(token)
    desk.clock.move(60)

    with pytest.raises(NotSignedIn):
        desk.team.sessions.recognise(token)


def test_signing_out_ends_the_session(desk: Desk, sessions: Sessions) -> None:
    who = desk.sign_in(LEE)
    desk.team.sessions.sign_out(who)

    with pytest.raises(NotSignedIn):
        desk.team.sessions.watch(who)
    with sessions() as session:
        assert desk.team.presence.count_available(session) == 0


def test_who_is_there_and_available_is_counted(desk: Desk, sessions: Sessions) -> None:
    desk.add(SAM, "supervisor")
    desk.add("alex@example.com", "auditor")
    lee, _sam = desk.sign_in(LEE), desk.sign_in(SAM)
    desk.sign_in("alex@example.com")

    def count() -> int:
        with sessions() as session:
            return desk.team.presence.count_available(session)

    desk.team.sessions.watch(lee)
    assert count() == 2
    with sessions.begin() as session:
        desk.team.presence.set_status(session, lee.agent_id, "away")
    assert count() == 1
    desk.clock.move(61)
    assert count() == 0


def test_expired_sessions_are_deleted(desk: Desk) -> None:
    desk.open(LEE)
    assert desk.team.sessions.forget_expired() == 0
    desk.clock.move(timedelta(hours=1).total_seconds())

    assert desk.team.sessions.forget_expired() == 1


def test_each_try_is_in_the_audit_log(desk: Desk, sessions: Sessions) -> None:
    agent_id = desk.sign_in(LEE).agent_id
    attempt(desk, password="wrong horse battery")
    attempt(desk, "nobody@example.com")

    with sessions() as session:
        rows = session.query(DeskAudit).order_by(DeskAudit.at)
        noted = [(row.act, row.agent_id) for row in rows]
    assert sorted(noted[1:], key=str) == sorted(
        [
            ("sign_in", agent_id),
            ("sign_in_refused", agent_id),
            ("sign_in_refused", None),
        ],
        key=str,
    )
