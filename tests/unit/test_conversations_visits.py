"""A browser comes back into its conversation, and nobody else does."""

import pytest

from bot.clock import ManualClock
from bot.conversations.errors import ConversationUnknown, SessionInvalid, VisitAgain
from bot.conversations.models import Conversation, WebSession
from bot.database import Sessions
from bot.privacy.cipher import Cipher
from bot.verification.errors import IdentityTokenInvalid
from tests.unit.receiving import Reception, cookie_of

HOUR = 3600


@pytest.fixture
def reception(sessions: Sessions, clock: ManualClock, cipher: Cipher) -> Reception:
    return Reception(sessions, clock, cipher)


def test_who_comes_for_the_first_time_gets_a_conversation(
    reception: Reception,
) -> None:
    arrival = reception.come(language="es")

    assert not arrival.resumed
    assert reception.recognise(arrival).conversation_id == arrival.conversation_id
    thread = reception.stage.conversations.read(arrival.conversation_id)
    assert thread.language == "es"


def test_who_comes_back_goes_on_in_the_same_conversation(reception: Reception) -> None:
    first = reception.come()
    again = reception.come(cookie_of(first), language="es")

    assert again.resumed
    assert again.conversation_id == first.conversation_id
    assert again.token.token != first.token.token
    assert reception.recognise(first) and reception.recognise(again)


def test_a_cookie_is_no_token_and_a_token_no_cookie(reception: Reception) -> None:
    arrival = reception.come()

    with pytest.raises(SessionInvalid):
        reception.web_sessions.recognise(cookie_of(arrival))
    other = reception.come(arrival.token.token)
    assert other.conversation_id != arrival.conversation_id


@pytest.mark.parametrize("cookie", ["", "x", "x" * 100, "\ud800", "ñ", "'--"])
def test_a_cookie_that_was_never_given_opens_another_conversation(
    reception: Reception, cookie: str
) -> None:
    arrival = reception.come(cookie)

    assert not arrival.resumed
    assert cookie_of(arrival) != cookie


def test_no_secret_stands_in_the_database(reception: Reception) -> None:
    arrival = reception.come()

    stored = repr([vars(row) for row in reception.rows()])
    assert arrival.token.token not in stored
    assert cookie_of(arrival) not in stored


def test_a_token_is_short_lived_and_a_visit_gets_the_next(
    reception: Reception, clock: ManualClock
) -> None:
    first = reception.come()
    clock.move(900)

    with pytest.raises(SessionInvalid):
        reception.recognise(first)
    assert reception.recognise(reception.come(cookie_of(first)))


def test_each_visit_gives_the_cookie_another_day(
    reception: Reception, clock: ManualClock
) -> None:
    first = reception.come()
    cookie = cookie_of(first)
    for _ in range(5):
        clock.move(80_000)
        arrival = reception.come(cookie)
        assert arrival.resumed and arrival.conversation_id == first.conversation_id
        cookie = cookie_of(arrival)

    clock.move(86_400)
    assert not reception.come(cookie).resumed


def test_a_young_cookie_stays_as_it_is(
    reception: Reception, clock: ManualClock
) -> None:
    cookie = reception.cookie()
    clock.move(HOUR)

    assert cookie_of(reception.come(cookie)) == cookie


def test_an_old_cookie_is_followed_by_another(
    reception: Reception, clock: ManualClock
) -> None:
    cookie = reception.cookie()
    clock.move(HOUR + 1)

    assert cookie_of(reception.come(cookie)) != cookie


def test_an_old_cookie_ends_a_minute_after_the_new_one_is_seen(
    reception: Reception, clock: ManualClock
) -> None:
    old = reception.cookie()
    clock.move(HOUR + 1)
    new = cookie_of(reception.come(old))
    clock.move(300)
    assert reception.come(new).resumed

    clock.move(59)
    other_tab = reception.come(old)
    assert other_tab.resumed
    assert other_tab.cookie is None, "it would take the place of the younger one"
    clock.move(1)
    assert not reception.come(old).resumed
    with pytest.raises(SessionInvalid):
        reception.recognise(other_tab)


def test_who_never_got_the_new_cookie_is_let_in_with_the_old_one(
    reception: Reception, clock: ManualClock
) -> None:
    first = reception.come()
    clock.move(HOUR + 1)
    reception.come(cookie_of(first))
    clock.move(HOUR)

    again = reception.come(cookie_of(first))

    assert again.conversation_id == first.conversation_id
    assert again.cookie is not None


def test_a_token_does_not_outlive_its_cookie(
    sessions: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    reception = Reception(sessions, clock, cipher, session_lifetime=60)
    arrival = reception.come()

    assert arrival.cookie is not None
    assert arrival.token.expires_at == arrival.cookie.expires_at


def test_a_fresh_conversation_leaves_the_old_one_to_nobody(
    reception: Reception,
) -> None:
    old = reception.come()
    new = reception.come(cookie_of(old), fresh=True)

    assert not new.resumed
    assert new.left == old.conversation_id != new.conversation_id
    with pytest.raises(SessionInvalid):
        reception.recognise(old)
    assert reception.come(cookie_of(new)).conversation_id == new.conversation_id


def test_another_tab_is_told_to_come_again_when_a_fresh_conversation_was_opened(
    reception: Reception, clock: ManualClock
) -> None:
    old = reception.cookie()
    reception.come(old, fresh=True)

    for fresh in (False, True):
        with pytest.raises(VisitAgain):
            reception.come(old, fresh=fresh)
    clock.move(60)
    assert not reception.come(old).resumed


def test_a_conversation_that_may_not_be_opened_changes_nothing(
    reception: Reception,
) -> None:
    def refuse() -> None:
        raise OverflowError

    arrival = reception.come()
    for cookie, fresh in ((None, False), (cookie_of(arrival), True)):
        with pytest.raises(OverflowError):
            reception.come(cookie, fresh=fresh, before_opening=refuse)

    assert reception.come(cookie_of(arrival), before_opening=refuse).resumed
    with reception.sessions() as session:
        assert session.query(Conversation).count() == 1


def test_the_team_is_told_that_a_visitor_has_left(reception: Reception) -> None:
    arrival = reception.come(language="es")
    reception.stage.ownership.take_over(arrival.conversation_id, name="Ada")

    reception.come(cookie_of(arrival), fresh=True)

    thread = reception.stage.conversations.read(arrival.conversation_id)
    assert [(line.author, line.kind) for line in thread.messages] == [
        ("system", "left")
    ]
    assert "terminó" in thread.messages[0].text


def test_signing_in_replaces_every_secret(reception: Reception) -> None:
    before = reception.come()
    after = reception.visits.sign_in(reception.recognise(before), "maria")

    assert after.resumed
    assert after.conversation_id == before.conversation_id
    assert cookie_of(after) != cookie_of(before)
    with pytest.raises(SessionInvalid):
        reception.recognise(before)
    with pytest.raises(VisitAgain):
        reception.come(cookie_of(before))
    assert reception.come(cookie_of(after)).conversation_id == before.conversation_id


def test_who_is_signed_in_already_keeps_cookie_and_other_tabs(
    reception: Reception,
) -> None:
    first = reception.visits.sign_in(reception.recognise(reception.come()), "maria")
    tab = reception.come(cookie_of(first))
    again = reception.visits.sign_in(reception.recognise(tab), "maria")

    assert again.cookie is None
    assert again.conversation_id == first.conversation_id
    assert reception.recognise(again) and reception.recognise(first)
    with pytest.raises(SessionInvalid):
        reception.recognise(tab)
    assert cookie_of(reception.come(cookie_of(first))) == cookie_of(first)


def test_a_token_of_who_signs_in_again_does_not_outlive_the_cookie(
    sessions: Sessions, clock: ManualClock, cipher: Cipher
) -> None:
    reception = Reception(sessions, clock, cipher, session_lifetime=60)
    first = reception.visits.sign_in(reception.recognise(reception.come()), "maria")
    clock.move(50)

    again = reception.visits.sign_in(reception.recognise(first), "maria")

    assert first.cookie is not None
    assert again.token.expires_at == first.cookie.expires_at


def test_another_person_gets_another_conversation(reception: Reception) -> None:
    before = reception.come(language="es")
    marias = reception.visits.sign_in(reception.recognise(before), "maria")
    omars = reception.visits.sign_in(reception.recognise(marias), "omar")

    assert not omars.resumed
    assert omars.left == before.conversation_id != omars.conversation_id
    assert reception.website.known == {
        before.conversation_id: "maria",
        omars.conversation_id: "omar",
    }
    with pytest.raises(SessionInvalid):
        reception.recognise(marias)
    assert reception.come(cookie_of(omars)).conversation_id == omars.conversation_id
    thread = reception.stage.conversations.read(omars.conversation_id)
    assert thread.language == "es"


def test_a_token_that_proves_nothing_changes_nothing(reception: Reception) -> None:
    arrival = reception.come()

    with pytest.raises(IdentityTokenInvalid):
        reception.visits.sign_in(reception.recognise(arrival), "")

    assert reception.recognise(arrival)
    assert cookie_of(reception.come(cookie_of(arrival))) == cookie_of(arrival)


def test_a_session_that_was_ended_meanwhile_signs_nobody_in(
    reception: Reception,
) -> None:
    arrival = reception.come()
    visit = reception.recognise(arrival)
    reception.come(cookie_of(arrival), fresh=True)

    with pytest.raises(SessionInvalid):
        reception.visits.sign_in(visit, "maria")

    assert reception.website.known == {}


def test_forgetting_deletes_what_the_bot_alone_has_heard(reception: Reception) -> None:
    arrival = reception.come()

    assert reception.departures.forget(arrival.conversation_id)

    with pytest.raises(ConversationUnknown):
        reception.stage.conversations.read(arrival.conversation_id)
    assert reception.rows() == []
    assert not reception.come(cookie_of(arrival)).resumed


@pytest.mark.parametrize("owner", ["queue", "agent"])
def test_what_the_team_was_told_stays_but_this_device_has_no_way_back(
    reception: Reception, owner: str
) -> None:
    arrival = reception.come()
    reception.stage.conversations.hear(arrival.conversation_id, text="help")
    reception.stage.ownership.take_over(arrival.conversation_id, owner=owner)

    assert not reception.departures.forget(arrival.conversation_id)

    assert reception.rows() == []
    log = reception.stage.log(arrival.conversation_id)
    assert [author for author, _ in log] == ["visitor", "system"]
    assert not reception.come(cookie_of(arrival)).resumed


def test_sessions_that_are_over_are_deleted(
    reception: Reception, clock: ManualClock
) -> None:
    arrival = reception.come()
    clock.move(900)

    assert reception.web_sessions.forget_expired() == 1
    assert [row.kind for row in reception.rows()] == ["cookie"]
    clock.move(86_400)
    reception.web_sessions.forget_expired()
    assert reception.rows(WebSession.conversation_id == arrival.conversation_id) == []
