"""Many tabs of one browser at the same moment, on SQLite and on PostgreSQL."""

from typing import Any

import pytest

from bot.clock import ManualClock
from bot.conversations.errors import ConversationUnknown, SessionInvalid, VisitAgain
from bot.conversations.models import Conversation
from bot.conversations.visits import Arrival
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from tests.unit.receiving import Reception, cookie_of
from tests.unit.world import at_once, kinds

TABS = 20


@pytest.fixture
def reception(each_database: Sessions, clock: ManualClock, cipher: Cipher) -> Reception:
    return Reception(each_database, clock, cipher)


def arrivals(outcomes: list[Any]) -> list[Arrival]:
    return [each for each in outcomes if isinstance(each, Arrival)]


def conversations(reception: Reception) -> int:
    with reception.sessions() as session:
        return session.query(Conversation).count()


def test_tabs_with_one_cookie_come_into_one_conversation(reception: Reception) -> None:
    cookie = reception.cookie()

    outcomes = at_once(lambda _: reception.come(cookie), times=TABS)

    assert kinds(outcomes) == {Arrival: TABS}
    assert len({each.conversation_id for each in outcomes}) == 1
    assert conversations(reception) == 1


def test_tabs_with_an_old_cookie_come_into_one_conversation(
    reception: Reception, clock: ManualClock
) -> None:
    cookie = reception.cookie()
    clock.move(3601)

    outcomes = at_once(lambda _: reception.come(cookie), times=TABS)

    assert kinds(outcomes) == {Arrival: TABS}
    # Whichever answer the browser takes last, its cookie works.
    clock.move(60)
    again = [reception.come(cookie_of(each)) for each in outcomes]
    assert {each.conversation_id for each in again} == {outcomes[0].conversation_id}


def test_tabs_with_the_old_and_the_new_cookie_do_not_block_each_other(
    reception: Reception, clock: ManualClock
) -> None:
    old = reception.cookie()
    clock.move(3601)
    new = cookie_of(reception.come(old))

    outcomes = at_once(lambda turn: reception.come((old, new)[turn % 2]), times=TABS)

    assert kinds(outcomes) == {Arrival: TABS}
    assert len({each.conversation_id for each in outcomes}) == 1


def test_one_fresh_conversation_is_opened_by_many_tabs(reception: Reception) -> None:
    cookie = reception.cookie()

    outcomes = at_once(lambda _: reception.come(cookie, fresh=True), times=TABS)

    assert kinds(outcomes) == {Arrival: 1, VisitAgain: TABS - 1}
    assert conversations(reception) == 2
    (opened,) = arrivals(outcomes)
    assert reception.come(cookie_of(opened)).conversation_id == opened.conversation_id


def test_one_tab_signs_in_and_the_others_lose_their_sessions(
    reception: Reception,
) -> None:
    cookie = reception.cookie()
    visits = [reception.recognise(reception.come(cookie)) for _ in range(TABS)]

    outcomes = at_once(
        lambda turn: reception.visits.sign_in(visits[turn], f"person {turn}"),
        times=TABS,
    )

    assert kinds(outcomes) == {Arrival: 1, SessionInvalid: TABS - 1}
    (signed_in,) = arrivals(outcomes)
    winner = outcomes.index(signed_in)
    assert reception.website.known == {
        signed_in.conversation_id: f"person {winner}",
    }


def test_a_conversation_that_is_forgotten_lets_nobody_in(reception: Reception) -> None:
    arrival = reception.come()
    forgotten = arrival.conversation_id

    outcomes = at_once(
        lambda turn: (
            reception.come(cookie_of(arrival))
            if turn % 2
            else reception.departures.forget(forgotten)
        ),
        times=TABS,
    )

    assert kinds(outcomes)[bool] == 1
    assert kinds(outcomes)[ConversationUnknown] == TABS / 2 - 1
    later = [each for each in arrivals(outcomes) if not each.resumed]
    assert all(each.conversation_id != forgotten for each in later)
    assert not reception.come(cookie_of(arrival)).resumed
