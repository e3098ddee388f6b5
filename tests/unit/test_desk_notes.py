"""Notes and tags: masked, bounded, noted, and for colleagues only."""

from collections.abc import Iterable

import pytest

from bot.agents.errors import NotAllowed
from bot.clock import ManualClock
from bot.conversations.errors import ConversationUnknown
from bot.database import Sessions
from bot.desk.errors import NoteMissing, NoteTooLong, TagMalformed, TooManyTags
from bot.desk.models import Note
from tests.unit.desk_services import Office, make_office
from tests.unit.world import CHAT, at_once, outcome


@pytest.fixture
def office(sessions: Sessions, clock: ManualClock) -> Office:
    return make_office(sessions, clock)


def notes(office: Office) -> list[tuple[str, str]]:
    file = office.team.files.open(office.who(), CHAT)
    return [(note.agent, note.text) for note in file.notes]


def test_colleagues_read_a_note_and_the_person_does_not(office: Office) -> None:
    office.team.notes.add(office.who(), CHAT, "Sounds  worried.\n\nCall back?")
    office.desk.clock.move(1)
    office.team.notes.add(office.who("Sam", "supervisor"), CHAT, "I will.")

    assert notes(office) == [
        ("Lee", "Sounds  worried.\n\nCall back?"),
        ("Sam", "I will."),
    ]
    assert office.desk.lines() == ()


def test_numbers_codes_and_addresses_are_masked_in_a_note(office: Office) -> None:
    said = "She is at +1 202 555 0143 or maria@example.com, her code was 482913"
    office.team.notes.add(office.who(), CHAT, said)

    (row,) = office.world.rows(Note)
    assert row.text == "She is at [phone] or [email], her code was [code]"


@pytest.mark.parametrize(
    ("text", "error"),
    [("", NoteMissing), (" \n\u200b", NoteMissing), ("x" * 4001, NoteTooLong)],
    ids=["nothing", "nothing to see", "too long"],
)
def test_what_is_no_note_is_refused(
    office: Office, text: str, error: type[Exception]
) -> None:
    assert outcome(lambda: office.team.notes.add(office.who(), CHAT, text)) is error
    assert office.world.rows(Note) == [] and office.acts() == []


def test_an_unknown_conversation_gets_neither_note_nor_tag(office: Office) -> None:
    for work in (
        lambda: office.team.notes.add(office.who(), "none", "hello"),
        lambda: office.team.notes.tag(office.who(), "none", add=["lost"]),
    ):
        assert outcome(work) is ConversationUnknown


def test_an_auditor_writes_nothing(office: Office) -> None:
    alex = office.who("Alex", "auditor")
    for work in (
        lambda: office.team.notes.add(alex, CHAT, "hello"),
        lambda: office.team.notes.tag(alex, CHAT, add=["lost"]),
    ):
        assert outcome(work) is NotAllowed


def test_tags_are_put_on_and_taken_off(office: Office) -> None:
    tag, lee = office.team.notes.tag, office.who()

    assert tag(lee, CHAT, add=["Lost phone", "VIP"]) == ("lost-phone", "vip")
    assert tag(lee, CHAT, add=["vip", "teléfono"], remove=["lost-phone"]) == (
        "teléfono",
        "vip",
    )


@pytest.mark.parametrize(
    "tag", ["", "-", "a--b", "2fa", "555-0143", "x" * 31, "<b>", "a_b", "maria@x"]
)
def test_a_tag_holds_no_number_and_no_address(office: Office, tag: str) -> None:
    work = office.team.notes.tag
    assert outcome(lambda: work(office.who(), CHAT, add=["fine", tag])) is TagMalformed
    assert office.team.files.open(office.who(), CHAT).card.tags == ()


def test_a_conversation_has_ten_tags_at_most(office: Office) -> None:
    def named(letters: Iterable[str]) -> list[str]:
        return [f"tag-{letter}" for letter in letters]

    tag, lee = office.team.notes.tag, office.who()
    tag(lee, CHAT, add=named("abcdefghij"))

    assert outcome(lambda: tag(lee, CHAT, add=["more"])) is TooManyTags
    assert len(office.team.files.open(lee, CHAT).card.tags) == 10
    assert "more" in tag(lee, CHAT, add=["more"], remove=["tag-a"])


def test_no_more_than_ten_tags_are_put_on_by_many_at_once(
    each_database: Sessions, clock: ManualClock
) -> None:
    office = make_office(each_database, clock)
    agents = [office.who(f"Kim{turn}") for turn in range(20)]
    letters = "abcdefghijklmnopqrst"

    outcomes = at_once(
        lambda turn: office.team.notes.tag(agents[turn], CHAT, add=[letters[turn]]),
        times=20,
    )

    assert outcomes.count(TooManyTags) == 10
    assert len(office.team.files.open(office.who(), CHAT).card.tags) == 10


def test_what_is_written_is_noted_without_its_text(office: Office) -> None:
    note = office.team.notes.add(office.who(), CHAT, "a secret of the team")
    office.desk.clock.move(1)
    office.team.notes.tag(office.who(), CHAT, add=["lost"])

    assert office.acts() == ["note", "tags"]
    assert note.id and office.desk.told == [CHAT, CHAT]
