"""Disclosures: values typed in the chat, for minutes."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.clock import ManualClock
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from bot.privacy.disclosures import Disclosures
from bot.privacy.errors import DisclosureGone
from bot.privacy.masking import Found, mask
from bot.privacy.models import Disclosure

TEXT = "not 202 555 0143 but 415 555 0123, the code is 042042"


@pytest.fixture
def disclosures(sessions: Sessions, clock: ManualClock, cipher: Cipher) -> Disclosures:
    return Disclosures(sessions, clock, cipher, lifetime=900)


@pytest.fixture
def kept(sessions: Sessions, disclosures: Disclosures) -> Disclosures:
    with sessions.begin() as session:
        disclosures.keep(session, "talk", 7, mask(TEXT, region="US").found)
    return disclosures


def test_a_value_is_revealed_to_its_conversation(kept: Disclosures) -> None:
    assert kept.reveal("talk", 7, "code") == "042042"


def test_the_first_of_several_values_is_revealed(kept: Disclosures) -> None:
    assert kept.reveal("talk", 7, "phone") == "202 555 0143"


def test_a_later_value_is_revealed_by_its_position(kept: Disclosures) -> None:
    assert kept.reveal("talk", 7, "phone", position=1) == "415 555 0123"


@pytest.mark.parametrize(
    ("conversation_id", "seq", "kind", "position"),
    [
        ("other", 7, "code", 0),
        ("talk", 6, "code", 0),
        ("talk", 7, "email", 0),
        ("talk", 7, "code", 1),
    ],
)
def test_nothing_else_is_revealed(
    kept: Disclosures, conversation_id: str, seq: int, kind: str, position: int
) -> None:
    with pytest.raises(DisclosureGone):
        kept.reveal(conversation_id, seq, kind, position=position)


def test_a_value_is_revealed_until_the_last_second(
    kept: Disclosures, clock: ManualClock
) -> None:
    clock.move(899)

    assert kept.reveal("talk", 7, "code") == "042042"


def test_a_value_is_gone_when_its_time_is_over(
    kept: Disclosures, clock: ManualClock
) -> None:
    clock.move(900)

    with pytest.raises(DisclosureGone) as raised:
        kept.reveal("talk", 7, "code")
    assert raised.value.kind == "code"


def test_values_are_stored_encrypted(kept: Disclosures, sessions: Sessions) -> None:
    with sessions() as session:
        stored = session.scalars(select(Disclosure.value_encrypted)).all()

    assert len(stored) == 3
    assert not any(b"042042" in value or b"555" in value for value in stored)


@pytest.mark.parametrize("kind", ["card", "ssn", "number"])
def test_what_nobody_needs_is_not_kept(
    disclosures: Disclosures, sessions: Sessions, kind: str
) -> None:
    with sessions.begin() as session:
        disclosures.keep(session, "talk", 1, [Found(kind, "123-45-6789")])

    with pytest.raises(DisclosureGone):
        disclosures.reveal("talk", 1, kind)


def test_values_go_when_the_message_is_not_appended(
    disclosures: Disclosures, sessions: Sessions
) -> None:
    with pytest.raises(ZeroDivisionError), sessions.begin() as session:
        disclosures.keep(session, "talk", 1, [Found("code", "123456")])
        _ = 1 / 0

    with pytest.raises(DisclosureGone):
        disclosures.reveal("talk", 1, "code")


def test_a_message_discloses_once(kept: Disclosures, sessions: Sessions) -> None:
    with pytest.raises(IntegrityError), sessions.begin() as session:
        kept.keep(session, "talk", 7, [Found("code", "111111")])

    assert kept.reveal("talk", 7, "code") == "042042"


def test_expired_values_are_deleted_and_others_stay(
    kept: Disclosures, sessions: Sessions, clock: ManualClock
) -> None:
    clock.move(600)
    with sessions.begin() as session:
        kept.keep(session, "talk", 8, [Found("code", "111111")])
    clock.move(300)

    assert kept.forget_expired() == 3
    assert kept.reveal("talk", 8, "code") == "111111"
    assert kept.forget_expired() == 0


def test_disclosures_work_on_each_database(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    disclosures = Disclosures(each_database, clock, cipher, lifetime=900)
    with each_database.begin() as session:
        disclosures.keep(session, "talk", 1, [Found("email", "maria@example.com")])

    assert disclosures.reveal("talk", 1, "email") == "maria@example.com"
