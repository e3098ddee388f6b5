"""Search finds by what is known, keeps no query, and tells nothing of accounts."""

import pytest

from bot.agents.models import DeskAudit
from bot.clock import ManualClock
from bot.database import Sessions
from bot.desk.errors import QueryMissing
from tests.unit.desk_services import Office, make_office
from tests.unit.world import CHAT, JAMES, JAMES_NUMBER, MARIA, OTHER_CHAT


@pytest.fixture
def office(sessions: Sessions, clock: ManualClock) -> Office:
    office = make_office(sessions, clock)
    office.desk.start(OTHER_CHAT)
    return office


def found(office: Office, text: str) -> list[str]:
    cards = office.team.searching.search(office.who(), text)
    return [card.conversation_id for card in cards]


def test_by_what_was_said(office: Office) -> None:
    office.desk.say("My flight leaves in AN HOUR")
    office.desk.say("something else", chat=OTHER_CHAT)

    assert found(office, "an hour") == [CHAT]


def test_by_tag_and_by_id(office: Office) -> None:
    office.team.notes.tag(office.who(), OTHER_CHAT, add=["lost-phone"])

    for text in ("lost-phone", "Lost Phone", "#lost-phone", OTHER_CHAT):
        assert found(office, text) == [OTHER_CHAT]


def test_by_the_number_of_a_case_however_it_is_written(office: Office) -> None:
    office.world.backend.identification.begin(CHAT, MARIA)
    number = office.team.acts.start_recovery(office.who(), CHAT)

    for text in (number, number.lower(), number.replace("-", " ")):
        assert found(office, text) == [CHAT]


@pytest.mark.parametrize("contact", [JAMES, JAMES.upper(), JAMES_NUMBER, "4155550123"])
def test_by_the_contact_of_whoever_has_proved_the_account(
    office: Office, contact: str
) -> None:
    assert found(office, contact) == []
    office.world.identify(JAMES, JAMES_NUMBER)

    assert found(office, contact) == [CHAT]


def test_a_contact_tells_nothing_where_nobody_has_proved_it(office: Office) -> None:
    office.world.backend.identification.begin(CHAT, MARIA)

    assert found(office, MARIA) == found(office, "nobody@example.com") == []


@pytest.mark.parametrize("text", ["", "  ", "ab", "\u200b\u200b"])
def test_too_little_is_not_looked_for(office: Office, text: str) -> None:
    with pytest.raises(QueryMissing):
        found(office, text)


@pytest.mark.parametrize("text", ["%%%", "___", "\\\\\\", "'; --", "a" * 1000])
def test_signs_of_the_database_are_letters_like_others(
    office: Office, text: str
) -> None:
    office.desk.say("nothing of the kind")

    assert found(office, text) == []


def test_a_percent_sign_is_found(office: Office) -> None:
    office.desk.say("the battery is at 5 % now")

    assert found(office, "5 % now") == [CHAT]


def test_what_was_looked_for_is_not_kept(office: Office) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    found(office, JAMES)

    (row,) = office.world.rows(DeskAudit)
    assert row.act == "search"
    assert row.detail == {"by": "id tag contact", "found": 1}
