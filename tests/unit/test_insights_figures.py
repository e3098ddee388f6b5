"""Each figure of a small history whose answer is worked out by hand."""

import pytest

from bot.agents.errors import NotAllowed
from bot.clock import ManualClock
from bot.conversations.ratings import Ratings, unlink_rating
from bot.database import Sessions
from bot.insights.errors import FigureUnknown, PeriodInvalid
from bot.insights.figures import NAMES
from bot.insights.models import CodeFact, MessageDay
from tests.unit.insights_world import DAY, FIRST, Records, make_records, values
from tests.unit.world import CHAT, MARIA, MARIAS_NUMBER, NOBODY


@pytest.fixture
def records(sessions: Sessions, clock: ManualClock) -> Records:
    return make_records(sessions, clock, segment_price=0.01, call_price=0.02)


def test_containment(records: Records) -> None:
    """English: 2 of 3 (one left a form); Spanish: 0 of 1, by text, handed over."""
    for asks in (False, False, True):
        records.say(records.open(), asks=asks)
    records.clock.move(DAY)
    chat = records.open("sms", "es")
    records.say(chat)
    records.desk.team.requests.ask(chat, "talk_to_human")
    records.over()
    figure = records.figure("containment")
    assert values(figure.split) == {
        "all": (4, 2, 1, 1, 0.5),
        "en": (3, 2, 0, 1, 2 / 3),
        "es": (1, 0, 1, 0, 0.0),
        "web": (3, 2, 0, 1, 2 / 3),
        "sms": (1, 0, 1, 0, 0.0),
    }
    assert values(figure.days)["2030-01-01"] == (2 / 3, None, 2 / 3)
    assert values(figure.days)["2030-01-02"] == (None, 0.0, 0.0)
    assert len(figure.days.rows) == 10
    assert figure.sheet.rows == (
        (FIRST, "web", "en", "abandoned", 1),
        (FIRST, "web", "en", "contained", 2),
        (FIRST.replace(day=2), "sms", "es", "handed_over", 1),
    )


def test_handoffs_by_intent(records: Records) -> None:
    """Three wishes: two English for different reasons, one Spanish."""
    for language, reason in (
        *(("en", "talk_to_human"), ("en", "lost_phone"), ("es", "talk_to_human")),
    ):
        records.desk.team.requests.ask(records.open(language=language), reason)
    records.figures.keeping.follow()
    figure = records.figure("handoffs")
    assert values(figure.split)["all"] == (3,)
    assert values(figure.others[0]) == {
        "talk_to_human": (1, 1, 2),
        "lost_phone": (1, 0, 1),
    }


def test_fallback_rate(records: Records) -> None:
    """Five typed lines, one not understood; what was chosen is not typed."""
    chat = records.open()
    records.say(chat, "nlu_fallback")
    records.say(chat)
    records.choose(chat, "/why_phone_number")
    records.say(chat)
    records.say(records.open(language="es"))
    records.over()
    assert records.split("fallback")["all"] == (5, 1, 0.2)
    assert records.split("fallback")["en"] == (4, 1, 0.25)
    assert records.split("fallback")["es"] == (1, 0, 0.0)


def test_time_to_the_first_human_reply_and_to_resolution(records: Records) -> None:
    """Replies after 1, 2, ... 10 minutes, each resolved a minute later."""
    lee, desk = records.desk.agent(), records.desk.team.desk
    for minutes in range(1, 11):
        chat = records.open(language="en" if minutes <= 5 else "es")
        records.desk.team.requests.ask(chat, "talk_to_human")
        desk.take(chat, lee)
        records.clock.move(60 * minutes)
        desk.reply(chat, lee, "hello", client_id="1")
        desk.reply(chat, lee, "a later word", client_id="2")
        records.clock.move(60)
        desk.resolve(chat, lee, "solved")
    records.desk.team.requests.ask(records.open(), "talk_to_human")
    records.figures.keeping.follow()
    replies, resolved = records.split("first_reply"), records.split("resolution")
    assert replies["all"] == (10, 330, 540)
    assert replies["en"] == (5, 180, 300)
    assert replies["es"] == (5, 480, 600)
    assert resolved["all"] == (10, 390, 600)


def test_what_was_given_back_is_not_resolved(records: Records) -> None:
    lee, chat = records.desk.agent(), records.open()
    records.desk.team.requests.ask(chat, "talk_to_human")
    records.desk.team.desk.take(chat, lee)
    records.desk.team.desk.give_back(chat, lee)
    records.figures.keeping.follow()
    assert records.split("resolution")["all"] == (0, None, None)


def test_an_open_request_is_followed_until_it_is_closed(records: Records) -> None:
    lee, chat = records.desk.agent(), records.open()
    records.desk.team.requests.ask(chat, "talk_to_human")
    records.figures.keeping.follow()
    records.desk.team.desk.take(chat, lee)
    records.clock.move(60)
    records.desk.team.desk.resolve(chat, lee, "solved")
    records.figures.keeping.follow()
    assert records.split("resolution")["all"] == (1, 60, 60)
    assert records.split("handoffs")["all"] == (1,)


def test_ratings_with_their_number(records: Records) -> None:
    """5, 5 and 2 from English visitors, of whom one has gone; 4 from a Spanish."""
    ratings = Ratings(records.desk.sessions, records.clock, region="US")
    for language, score in (("en", 5), ("en", 5), ("en", 2), ("es", 4)):
        ratings.rate(records.open(language=language), score)
    with records.desk.sessions.begin() as session:
        unlink_rating(session, "talk-0")
    figure = records.figure("ratings")
    assert values(figure.split)["all"] == (4, 4.0)
    assert values(figure.split)["en"] == (3, 4.0)
    assert values(figure.split)["es"] == (1, 4.0)
    assert values(figure.others[0]) == {
        "5": (2, 0, 2),
        "4": (0, 1, 1),
        "3": (0, 0, 0),
        "2": (1, 0, 1),
        "1": (0, 0, 0),
    }


def test_codes_outlive_the_codes_themselves(records: Records) -> None:
    """One code used, one not, one to nobody that was never sent."""
    world = records.desk.world
    world.identify()
    world.clock.move(3600)
    world.backend.identification.begin("another", MARIA)
    world.backend.identification.begin("a third", NOBODY)
    world.outbox.drain()
    world.clock.move(600 + DAY + 1)
    world.backend.retention.purge()
    figure = records.figure("codes")
    assert values(figure.split)["all"] == (2, 2, 1, 1.0, 0.5)
    assert values(figure.split)["sms"] == (2, 2, 1, 1.0, 0.5)
    assert values(figure.split)["email"] == (0, 0, 0, None, None)
    assert [row.challenge_id for row in records.rows(CodeFact)] == [None, None]
    assert figure.others[0].rows == ()


def test_codes_that_did_not_arrive_by_carrier_error(records: Records) -> None:
    """One code to Maria, who speaks Spanish, that the carrier filtered."""
    world = records.desk.world
    world.outbox._sending._gateway._undeliverable[MARIAS_NUMBER] = "30007"
    world.backend.identification.begin(CHAT, MARIA)
    world.outbox.drain()
    records.figures.keeping.follow()
    figure = records.figure("codes")
    assert values(figure.split)["all"] == (1, 0, 0, 0.0, 0.0)
    assert values(figure.others[0]) == {"30007": (0, 1, 1)}


def test_what_changes_about_a_code_is_noted(records: Records) -> None:
    world = records.desk.world
    world.backend.identification.begin(CHAT, MARIA)
    world.outbox.drain()
    records.figures.keeping.follow()
    assert records.split("codes")["all"] == (1, 1, 0, 1.0, 0.0)
    world.backend.identification.check(CHAT, world.code_to(MARIAS_NUMBER))
    records.figures.keeping.follow()
    assert records.split("codes")["all"] == (1, 1, 1, 1.0, 1.0)


def test_cost(records: Records) -> None:
    """Texts of 1 and 2 segments at 0.01, a call at 0.02, a letter and a decoy free."""
    outbox = records.desk.world.outbox
    with records.desk.sessions.begin() as session:
        for by, to, text, language in (
            ("sms", MARIAS_NUMBER, "short", "en"),
            ("sms", MARIAS_NUMBER, "long" * 41, "es"),
            ("voice", MARIAS_NUMBER, "spoken", "es"),
            ("email", MARIA, "written", "en"),
            ("sms", None, "nobody", "en"),
        ):
            outbox.post(
                *(session,),
                to=to,
                by=by,
                text=text,
                purpose="notice",
                language=language,
            )
    outbox.drain()
    for _ in range(2):
        records.figures.keeping.follow()
    rows = records.split("cost")
    assert rows["all"] == (2, 3, 1, pytest.approx(0.05))
    assert rows["en"] == (1, 1, 0, pytest.approx(0.01))
    assert rows["es"] == (1, 2, 1, pytest.approx(0.04))
    assert rows["voice"] == (0, 0, 1, pytest.approx(0.02))


def test_cost_stays_when_the_messages_are_gone(records: Records) -> None:
    outbox = records.desk.world.outbox
    with records.desk.sessions.begin() as session:
        outbox.post(session, to=MARIAS_NUMBER, by="sms", text="a", purpose="notice")
    outbox.drain()
    records.figures.keeping.follow()
    records.clock.move(40 * DAY)
    outbox.forget_old()
    records.figures.keeping.follow()
    assert [row.messages for row in records.rows(MessageDay)] == [1]


def test_nothing_is_shown_as_nothing(records: Records) -> None:
    for name in NAMES:
        figure = records.figure(name)
        assert {cell.amount for row in figure.headline for cell in row.cells} <= {
            *(None, 0),
        }
        assert figure.sheet.rows == ()


def test_agents_see_no_figures(records: Records) -> None:
    insights = records.figures.insights
    period = insights.period()
    assert len(insights.all(records.who("auditor"), period)) == len(NAMES)
    with pytest.raises(NotAllowed):
        insights.all(records.who("agent"), period)
    with pytest.raises(NotAllowed):
        insights.one(records.who("agent"), "cost", period)
    with pytest.raises(FigureUnknown):
        insights.one(records.who(), "luck", period)


def test_a_period_is_a_year_at_most_and_ends_after_it_begins(records: Records) -> None:
    insights = records.figures.insights
    assert len(insights.period()) == 30
    assert insights.period().last == FIRST
    for first, last in ((FIRST, FIRST.replace(year=2029)), (FIRST.min, FIRST)):
        with pytest.raises(PeriodInvalid):
            insights.period(first, last)
