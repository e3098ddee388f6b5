import pytest
from sqlalchemy import select

from bot.clock import ManualClock
from bot.conversations.errors import ConversationUnknown, TextTooLong
from bot.conversations.models import Rating
from bot.conversations.ratings import Ratings, unlink_rating
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from tests.unit.conversing import Stage
from tests.unit.world import at_once


@pytest.fixture
def ratings(sessions: Sessions, clock: ManualClock) -> Ratings:
    return Ratings(sessions, clock, region="US")


@pytest.fixture
def stage(sessions: Sessions, clock: ManualClock, cipher: Cipher) -> Stage:
    return Stage(sessions, clock, cipher)


@pytest.fixture
def conversation(stage: Stage) -> str:
    return stage.conversations.start(language="es")


def kept(sessions: Sessions) -> list[Rating]:
    with sessions() as session:
        return list(session.scalars(select(Rating)))


def test_a_rating_is_kept_with_what_it_is_about(
    ratings: Ratings, stage: Stage, conversation: str, sessions: Sessions
) -> None:
    stage.ownership.take_over(conversation, name="Ada")
    assert not ratings.is_rated(conversation)

    ratings.rate(conversation, 5, comment="  ¡Gracias!  ")

    (rating,) = kept(sessions)
    assert (rating.score, rating.comment) == (5, "¡Gracias!")
    assert (rating.channel, rating.language, rating.owner) == ("web", "es", "agent")
    assert ratings.is_rated(conversation)


def test_a_second_rating_replaces_the_first(
    ratings: Ratings, conversation: str, sessions: Sessions
) -> None:
    ratings.rate(conversation, 1, comment="Slow")
    ratings.rate(conversation, 4)

    (rating,) = kept(sessions)
    assert (rating.score, rating.comment) == (4, None)


def test_what_is_personal_is_not_kept(
    ratings: Ratings, conversation: str, sessions: Sessions
) -> None:
    ratings.rate(conversation, 3, comment="call +1 202 555 0143, ada@example.org")

    (rating,) = kept(sessions)
    assert rating.comment == "call [phone], [email]"


@pytest.mark.parametrize("comment", [None, "", " \n ", "\0", "\u200b"])
def test_a_comment_without_anything_to_read_is_none(
    ratings: Ratings, conversation: str, sessions: Sessions, comment: str | None
) -> None:
    ratings.rate(conversation, 3, comment=comment)

    assert kept(sessions)[0].comment is None


def test_a_long_comment_is_refused(ratings: Ratings, conversation: str) -> None:
    with pytest.raises(TextTooLong):
        ratings.rate(conversation, 3, comment="x" * 501)

    assert not ratings.is_rated(conversation)


def test_a_conversation_that_is_none_is_not_rated(ratings: Ratings) -> None:
    with pytest.raises(ConversationUnknown):
        ratings.rate("nobody's", 3)


def test_a_rating_outlives_its_conversation_without_a_link(
    ratings: Ratings, stage: Stage, conversation: str, sessions: Sessions
) -> None:
    other = stage.conversations.start()
    for each in (conversation, other):
        ratings.rate(each, 2, comment="Slow")

    with sessions.begin() as session:
        unlink_rating(session, conversation)

    assert {rating.conversation_id for rating in kept(sessions)} == {None, other}
    assert {rating.comment for rating in kept(sessions)} == {"Slow"}
    assert not ratings.is_rated(conversation)


def test_ratings_at_once_leave_one(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    ratings = Ratings(each_database, clock, region="US")
    conversation = Stage(each_database, clock, cipher).conversations.start()

    outcomes = at_once(lambda turn: ratings.rate(conversation, 1 + turn % 5), times=20)

    assert outcomes == [None] * 20
    assert len(kept(each_database)) == 1
