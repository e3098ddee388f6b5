import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.clock import ManualClock
from bot.conversations.errors import (
    ConversationUnknown,
    LanguageUnknown,
    MessagesTooFast,
    OptionNotOffered,
    OwnerChanged,
    TextMissing,
    TextTooLong,
)
from bot.conversations.lines import Heard, Line
from bot.conversations.models import Conversation, Message, WebSession
from bot.conversations.web_sessions import WebSessions
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from bot.privacy.errors import DisclosureGone
from bot.privacy.models import Disclosure
from bot.settings import Settings
from tests.unit.conversing import Stage

PARALLEL = 50


@pytest.fixture
def stage(sessions: Sessions, clock: ManualClock, cipher: Cipher) -> Stage:
    return Stage(sessions, clock, cipher)


@pytest.fixture
def conversation(stage: Stage) -> str:
    return stage.conversations.start()


def at_once(work: Callable[[int], object], times: int = PARALLEL) -> list[object]:
    """Run `work` in parallel threads that start together; results or errors."""
    results: list[object] = [None] * times
    barrier = threading.Barrier(times)

    def run(place: int) -> None:
        barrier.wait()
        try:
            results[place] = work(place)
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_lines_are_numbered_from_one_in_order(stage: Stage, conversation: str) -> None:
    seqs = [
        stage.conversations.hear(conversation, text=text).seq for text in ("a", "b")
    ]

    assert seqs == [1, 2]
    assert stage.log(conversation) == [("visitor", "a"), ("visitor", "b")]


def test_an_id_cannot_be_guessed(stage: Stage) -> None:
    ids = {stage.conversations.start() for _ in range(20)}

    assert len(ids) == 20
    assert all(len(each) >= 22 for each in ids)


def test_a_value_is_masked_in_the_log_and_kept_for_the_services(
    stage: Stage, conversation: str
) -> None:
    heard = stage.conversations.hear(conversation, text="call +1 202 555 0143 please")

    assert stage.log(conversation) == [("visitor", "call [phone] please")]
    revealed = stage.disclosures.reveal(conversation, heard.seq, "phone")
    assert "0143" in revealed


def test_no_value_stands_in_any_row_of_the_log(
    stage: Stage, conversation: str, sessions: Sessions
) -> None:
    stage.conversations.hear(conversation, text="it is 042042", client_id="c1")

    with sessions() as session:
        rows = session.execute(select(Message.__table__)).all()
    assert "042042" not in repr(rows)


def test_the_same_client_id_again_changes_nothing(
    stage: Stage, conversation: str
) -> None:
    first = stage.conversations.hear(conversation, text="hello", client_id="c1")
    again = stage.conversations.hear(conversation, text="hello", client_id="c1")

    assert (first, again) == (Heard(1, new=True), Heard(1, new=False))
    assert len(stage.log(conversation)) == 1


def test_another_conversation_may_use_the_same_client_id(stage: Stage) -> None:
    for _ in range(2):
        conversation = stage.conversations.start()
        assert stage.conversations.hear(conversation, text="x", client_id="c1").new


def test_the_same_delivery_of_a_provider_counts_once(
    stage: Stage, conversation: str
) -> None:
    stage.conversations.hear(conversation, text="hello", provider_id="SM1")
    again = stage.conversations.hear(conversation, text="hello", provider_id="SM1")

    assert again == Heard(1, new=False)


def test_fifty_identical_posts_at_once_make_one_line(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    stage = Stage(each_database, clock, cipher)
    conversation = stage.conversations.start()

    results = at_once(
        lambda _: stage.conversations.hear(
            conversation, text="my code is 123456", client_id="same"
        )
    )

    assert {result.seq for result in results if isinstance(result, Heard)} == {1}
    assert [result for result in results if not isinstance(result, Heard)] == []
    assert sum(result.new for result in results if isinstance(result, Heard)) == 1
    with each_database() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 1
        assert session.scalar(select(func.count()).select_from(Disclosure)) == 1


def test_fifty_different_posts_at_once_get_fifty_numbers_without_gaps(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    settings = Settings(messages_per_minute=PARALLEL)
    stage = Stage(each_database, clock, cipher, settings)
    conversation = stage.conversations.start()

    results = at_once(
        lambda place: stage.conversations.hear(
            conversation, text=f"line {place}", client_id=f"c{place}"
        )
    )

    seqs = sorted(result.seq for result in results if isinstance(result, Heard))
    assert seqs == list(range(1, PARALLEL + 1))


def test_one_delivery_that_reaches_two_conversations_at_once_makes_one_line(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    stage = Stage(each_database, clock, cipher)
    conversations = [stage.conversations.start("sms") for _ in range(8)]

    results = at_once(
        lambda place: stage.conversations.hear(
            conversations[place], text="hello", provider_id="SM1"
        ),
        times=8,
    )

    assert [result for result in results if not isinstance(result, Heard)] == []
    assert sum(result.new for result in results if isinstance(result, Heard)) == 1


def test_no_conversation_no_line(stage: Stage) -> None:
    with pytest.raises(ConversationUnknown):
        stage.conversations.hear("nowhere", text="hello")


@pytest.mark.parametrize("text", ["", "   ", "\0\x01\x1f", "\u200b\u200d", "\ud800"])
def test_a_text_with_nothing_to_read_is_refused(
    stage: Stage, conversation: str, text: str
) -> None:
    with pytest.raises(TextMissing):
        stage.conversations.hear(conversation, text=text)


def test_a_text_over_the_channel_s_limit_is_refused_with_the_limit(
    stage: Stage, conversation: str
) -> None:
    with pytest.raises(TextTooLong) as refusal:
        stage.conversations.hear(conversation, text="x" * 1001)

    assert refusal.value.limit == 1000
    assert stage.conversations.hear(conversation, text="x" * 1000).new


def test_sms_has_its_own_limit(stage: Stage) -> None:
    conversation = stage.conversations.start("sms")

    assert stage.conversations.hear(conversation, text="x" * 1600).new
    with pytest.raises(TextTooLong):
        stage.conversations.hear(conversation, text="x" * 1601)


def test_control_characters_are_taken_out_and_line_breaks_stay(
    stage: Stage, conversation: str
) -> None:
    stage.conversations.hear(conversation, text="a\0b\x1b31m\r\nc\u202ed")

    assert stage.log(conversation) == [("visitor", "ab31m\ncd")]


def test_a_leading_slash_is_text_and_no_choice(stage: Stage, conversation: str) -> None:
    stage.conversations.hear(conversation, text='/restart{"a": "b"}')

    waiting = stage.open_turns.next(conversation)
    assert waiting is not None
    assert (waiting.text, waiting.payload) == ('/restart{"a": "b"}', None)


def test_one_message_over_the_limit_of_a_minute_is_refused(
    stage: Stage, conversation: str, clock: ManualClock
) -> None:
    for _ in range(20):
        stage.conversations.hear(conversation, text="hello")
        clock.move(1)

    with pytest.raises(MessagesTooFast) as refusal:
        stage.conversations.hear(conversation, text="hello")

    assert refusal.value.again_in == 40
    clock.move(40)
    assert stage.conversations.hear(conversation, text="hello").new


def test_a_retry_is_not_counted_and_not_refused(
    stage: Stage, conversation: str
) -> None:
    for place in range(20):
        stage.conversations.hear(conversation, text="hello", client_id=f"c{place}")

    assert stage.conversations.hear(
        conversation, text="hello", client_id="c3"
    ) == Heard(4, new=False)


def test_an_offered_option_is_accepted_and_shown_by_its_title(
    stage: Stage, conversation: str
) -> None:
    stage.offer(conversation, "/affirm", "/deny")

    stage.conversations.hear(conversation, payload="/deny")

    assert stage.log(conversation)[-1] == ("visitor", "Title of /deny")


@pytest.mark.parametrize("payload", ["/restart", "/deny ", '/deny{"a": "b"}', ""])
def test_an_option_that_was_never_offered_is_refused(
    stage: Stage, conversation: str, payload: str
) -> None:
    stage.offer(conversation, "/affirm", "/deny")

    with pytest.raises(OptionNotOffered):
        stage.conversations.hear(conversation, payload=payload)


def test_another_conversation_s_option_is_refused(
    stage: Stage, conversation: str
) -> None:
    stage.offer(stage.conversations.start(), "/affirm")

    with pytest.raises(OptionNotOffered):
        stage.conversations.hear(conversation, payload="/affirm")


def test_what_a_visitor_typed_offers_nothing(stage: Stage, conversation: str) -> None:
    stage.conversations.hear(conversation, text="/affirm")

    with pytest.raises(OptionNotOffered):
        stage.conversations.hear(conversation, payload="/affirm")


def test_an_option_can_be_chosen_once(stage: Stage, conversation: str) -> None:
    stage.offer(conversation, "/affirm", "/deny")
    stage.conversations.hear(conversation, payload="/affirm", client_id="c1")

    with pytest.raises(OptionNotOffered):
        stage.conversations.hear(conversation, payload="/deny", client_id="c2")


def test_a_retried_choice_is_no_second_one(stage: Stage, conversation: str) -> None:
    stage.offer(conversation, "/affirm")
    first = stage.conversations.hear(conversation, payload="/affirm", client_id="c1")

    again = stage.conversations.hear(conversation, payload="/affirm", client_id="c1")

    assert again == Heard(first.seq, new=False)


def test_only_one_of_fifty_choices_at_once_is_accepted(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    settings = Settings(messages_per_minute=1000)
    stage = Stage(each_database, clock, cipher, settings)
    conversation = stage.conversations.start()
    stage.offer(conversation, "/affirm")

    results = at_once(
        lambda place: stage.conversations.hear(
            conversation, payload="/affirm", client_id=f"c{place}"
        )
    )

    assert sum(isinstance(result, Heard) for result in results) == 1
    assert sum(isinstance(result, OptionNotOffered) for result in results) == 49


def test_newer_options_take_the_place_of_older_ones(
    stage: Stage, conversation: str
) -> None:
    stage.offer(conversation, "/old")
    stage.offer(conversation, "/new")

    with pytest.raises(OptionNotOffered):
        stage.conversations.hear(conversation, payload="/old")
    assert stage.conversations.hear(conversation, payload="/new").new


def test_options_stay_offered_while_the_person_asks_something_else(
    stage: Stage, conversation: str
) -> None:
    stage.offer(conversation, "/affirm")
    seq = stage.conversations.hear(conversation, text="why do you ask?").seq
    stage.conversations.reply(conversation, seq, (Line("Because."),))

    assert stage.conversations.hear(conversation, payload="/affirm").new


def test_a_line_is_answered_once(stage: Stage, conversation: str) -> None:
    seq = stage.conversations.hear(conversation, text="hello").seq

    first = stage.conversations.reply(conversation, seq, (Line("Hi"), Line("there")))
    second = stage.conversations.reply(conversation, seq, (Line("Hi again"),))

    assert (first, second) == ((2, 3), ())
    assert [text for _, text in stage.log(conversation)] == ["hello", "Hi", "there"]


def test_a_dropped_answer_leaves_no_gap(stage: Stage, conversation: str) -> None:
    seq = stage.conversations.hear(conversation, text="hello").seq
    stage.conversations.reply(conversation, seq, (Line("Hi"),))
    stage.conversations.reply(conversation, seq, (Line("Hi again"),))

    assert stage.conversations.hear(conversation, text="so?").seq == 3


def test_fifty_answers_at_once_leave_one(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    stage = Stage(each_database, clock, cipher)
    conversation = stage.conversations.start()
    seq = stage.conversations.hear(conversation, text="hello").seq

    results = at_once(
        lambda place: stage.conversations.reply(
            conversation, seq, (Line(f"answer {place}"),)
        )
    )

    assert sorted(results, key=str).count(()) == 49
    assert len(stage.log(conversation)) == 2


def test_an_answer_to_nothing_is_dropped(stage: Stage, conversation: str) -> None:
    assert stage.conversations.reply(conversation, 7, (Line("Hi"),)) == ()
    assert stage.conversations.reply("nowhere", 1, (Line("Hi"),)) == ()


def test_an_answer_after_a_take_over_is_dropped(
    stage: Stage, conversation: str
) -> None:
    seq = stage.conversations.hear(conversation, text="hello").seq
    stage.ownership.take_over(conversation, name="Ada")

    assert stage.conversations.reply(conversation, seq, (Line("Hi"),)) == ()
    assert stage.log(conversation) == [("visitor", "hello")]


@pytest.mark.parametrize("times", [100])
def test_no_answer_follows_a_take_over_in_a_hundred_races(
    each_database: Sessions, clock: ManualClock, cipher: Cipher, times: int
) -> None:
    stage = Stage(each_database, clock, cipher)
    for _ in range(times):
        conversation = stage.conversations.start()
        seq = stage.conversations.hear(conversation, text="hello").seq

        def race(
            place: int, conversation: str = conversation, seq: int = seq
        ) -> object:
            if place:
                return stage.conversations.reply(conversation, seq, (Line("Hi"),))
            stage.ownership.take_over(conversation, name="Ada")
            return len(stage.log(conversation))

        known, _ = at_once(race, times=2)
        assert len(stage.log(conversation)) == known


def test_a_person_speaks_after_a_take_over(stage: Stage, conversation: str) -> None:
    owned = stage.ownership.take_over(conversation, owner="queue")
    agent = stage.ownership.take_over(conversation, name="Ada", version=owned.version)

    assert (owned.owner, agent.owner, agent.name) == ("queue", "agent", "Ada")
    assert stage.conversations.read(conversation).owner == "agent"


def test_of_two_who_saw_the_same_version_one_takes_over(
    each_database: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    stage = Stage(each_database, clock, cipher)
    conversation = stage.conversations.start()
    seen = stage.ownership.of(conversation).version

    results = at_once(
        lambda place: stage.ownership.take_over(
            conversation, name=f"agent {place}", version=seen
        ),
        times=20,
    )

    assert sum(isinstance(result, OwnerChanged) for result in results) == 19


def test_nobody_takes_over_what_does_not_exist(stage: Stage) -> None:
    with pytest.raises(ConversationUnknown):
        stage.ownership.take_over("nowhere")


def test_the_bot_does_not_answer_what_was_said_to_a_person(
    stage: Stage, conversation: str
) -> None:
    stage.ownership.take_over(conversation)
    stage.conversations.hear(conversation, text="hello Ada")
    assert stage.open_turns.next(conversation) is None

    stage.ownership.give_back(conversation)

    assert stage.open_turns.next(conversation) is None
    seq = stage.conversations.hear(conversation, text="hello bot").seq
    waiting = stage.open_turns.next(conversation)
    assert waiting is not None and waiting.seq == seq


def test_a_take_over_joins_the_caller_s_transaction(
    stage: Stage, conversation: str, sessions: Sessions
) -> None:
    with sessions() as session:
        stage.ownership.take_over(conversation, session=session)
        session.rollback()

    assert stage.ownership.of(conversation).owner == "bot"


@pytest.mark.parametrize(
    ("text", "language"),
    [("no me llega el código", "es"), ("I lost my phone", "en"), ("123456", "en")],
)
def test_the_language_follows_the_person_when_it_is_sure(
    stage: Stage, text: str, language: str
) -> None:
    conversation = stage.conversations.start()
    stage.conversations.hear(conversation, text=text)

    waiting = stage.open_turns.next(conversation)
    assert waiting is not None and waiting.language == language


def test_an_unsure_text_keeps_the_language(stage: Stage, conversation: str) -> None:
    seq = stage.conversations.hear(conversation, text="no me llega el código").seq
    stage.conversations.reply(conversation, seq, (Line("Hola"),))
    stage.conversations.hear(conversation, text="123456")

    waiting = stage.open_turns.next(conversation)
    assert waiting is not None and waiting.language == "es"


def test_a_language_that_the_person_asked_for_stays(
    stage: Stage, conversation: str
) -> None:
    stage.conversations.set_language(conversation, "en")
    stage.conversations.hear(conversation, text="no me llega el código")

    waiting = stage.open_turns.next(conversation)
    assert waiting is not None and waiting.language == "en"


def test_a_language_asked_for_holds_for_lines_that_wait_already(
    stage: Stage, conversation: str
) -> None:
    stage.conversations.hear(conversation, text="I lost my phone")
    stage.conversations.set_language(conversation, "es")

    waiting = stage.open_turns.next(conversation)
    assert waiting is not None and waiting.language == "es"


def test_other_languages_are_refused(stage: Stage, conversation: str) -> None:
    with pytest.raises(LanguageUnknown):
        stage.conversations.set_language(conversation, "fr")
    with pytest.raises(LanguageUnknown):
        stage.conversations.start(language="fr")


def test_lines_are_read_after_a_number(stage: Stage, conversation: str) -> None:
    for text in ("a", "b", "c"):
        stage.conversations.hear(conversation, text=text)

    thread = stage.conversations.read(conversation, after=1, limit=1)

    assert [message.text for message in thread.messages] == ["b"]
    assert thread.owner == "bot"


def test_an_agent_s_line_is_appended_while_the_agent_speaks(
    stage: Stage, conversation: str
) -> None:
    stage.ownership.take_over(conversation, name="Ada")

    seq = stage.conversations.add(conversation, Line("Hello"), author="agent")

    assert seq == 1
    assert stage.log(conversation) == [("agent", "Hello")]


def test_forgetting_leaves_nothing_of_a_conversation(
    stage: Stage, conversation: str, sessions: Sessions, clock: ManualClock
) -> None:
    heard = stage.conversations.hear(conversation, text="it is 042042")
    web = WebSessions(sessions, clock, lifetime=60, new_token=lambda: "token")
    web.open(conversation)
    kept = stage.conversations.start()

    stage.conversations.forget(conversation)

    with sessions() as session:
        assert session.scalars(select(Conversation.id)).all() == [kept]
        for model in (Message, WebSession):
            assert session.scalars(select(model)).all() == []
    with pytest.raises(ConversationUnknown):
        stage.conversations.read(conversation)
    with pytest.raises(DisclosureGone):
        stage.disclosures.reveal(conversation, heard.seq, "code")


def test_an_outage_is_announced_once_and_again_after_an_answer(
    stage: Stage, conversation: str, clock: ManualClock
) -> None:
    seq = stage.conversations.hear(conversation, text="no me llega el código").seq
    announced = [stage.conversations.announce_outage(conversation) for _ in range(2)]
    stage.conversations.reply(conversation, seq, (Line("Hola"),))
    clock.move(timedelta(hours=1).total_seconds())

    assert announced == [True, False]
    assert "guardado" in stage.log(conversation)[1][1]
    assert stage.conversations.announce_outage(conversation)


def test_no_outage_is_announced_while_a_person_speaks(
    stage: Stage, conversation: str
) -> None:
    stage.ownership.take_over(conversation)

    assert not stage.conversations.announce_outage(conversation)
    assert stage.log(conversation) == []
