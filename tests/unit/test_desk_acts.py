"""What agents do to accounts: the person or a second agent has the last word."""

from collections import Counter

import pytest

from bot.accounts.models import AuditEvent, PhoneNumber
from bot.agents.errors import NotAllowed
from bot.agents.models import DeskAudit
from bot.clock import ManualClock
from bot.conversations.errors import ConversationUnknown
from bot.database import Sessions
from bot.desk.errors import (
    AccountNotProved,
    NumberNotThere,
    NumberTaken,
    ReturnAsked,
    ReturnDecided,
    ReturnUnknown,
    SecondPersonNeeded,
)
from bot.handoff.errors import SamePerson
from bot.handoff.models import Case
from bot.verification.errors import NotSignedIn
from bot.verification.models import Proof
from tests.unit.desk_services import Office, make_office
from tests.unit.undoing import token_to, undoing
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    JAMES_OTHER_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    OTHER_CHAT,
    at_once,
    make_risky,
    outcome,
)

SEEN = ("photo_id_video", "old_contact")


@pytest.fixture
def office(sessions: Sessions, clock: ManualClock) -> Office:
    return make_office(sessions, clock)


def suspended(office: Office, name: str = "Lee") -> str:
    """James's first number, suspended by an agent; gives its id."""
    office.world.identify(JAMES, JAMES_NUMBER)
    number = office.number(JAMES_NUMBER[-4:])
    office.team.acts.suspend(office.who(name), CHAT, number.id)
    return number.id


def wished(office: Office) -> str:
    number_id = suspended(office)
    return office.team.returns.ask(office.who(), CHAT, number_id)


def test_a_number_is_suspended_for_whoever_has_proved_the_account(
    office: Office,
) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    number = office.number(JAMES_NUMBER[-4:])

    masked = office.team.acts.suspend(office.who(), CHAT, number.id)

    assert masked == number.masked
    assert office.number(JAMES_NUMBER[-4:]).state == "suspended"
    other = office.number(JAMES_OTHER_NUMBER[-4:])
    assert (other.state, other.gets_codes) == ("verified", True)


def test_every_address_gets_the_link_that_takes_a_suspension_back(
    office: Office,
) -> None:
    suspended(office)

    undoing(office.world).take(token_to(office.world, JAMES))

    assert office.number(JAMES_NUMBER[-4:]).state == "verified"


def test_the_person_is_told_what_was_done_and_no_full_number(office: Office) -> None:
    suspended(office)

    assert JAMES_NUMBER[-4:] in office.last_line()
    assert "Lee" in office.last_line()
    assert JAMES_NUMBER[-10:] not in office.last_line()


def test_nothing_is_suspended_for_somebody_who_has_proved_nothing(
    office: Office,
) -> None:
    office.world.backend.identification.begin(CHAT, MARIA)
    number = office.number(MARIAS_NUMBER[-4:])

    with pytest.raises(AccountNotProved):
        office.team.acts.suspend(office.who(), CHAT, number.id)
    assert office.number(MARIAS_NUMBER[-4:]).state == "verified"
    assert "number_suspended" not in office.acts()


def test_a_proof_that_has_lapsed_is_enough_to_suspend(office: Office) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    office.desk.clock.move(3600)

    number = office.number(JAMES_NUMBER[-4:])
    assert office.team.acts.suspend(office.who(), CHAT, number.id)


def test_a_proof_that_was_revoked_is_not(office: Office) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    with office.desk.sessions.begin() as session:
        session.query(Proof).update({"revoked_at": office.desk.clock.now()})

    with pytest.raises(AccountNotProved):
        office.team.acts.suspend(
            office.who(), CHAT, office.number(JAMES_NUMBER[-4:]).id
        )


def test_another_account_s_number_is_not_there(office: Office) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)

    for number_id in (office.number(MARIAS_NUMBER[-4:]).id, "none", ""):
        with pytest.raises(NumberNotThere):
            office.team.acts.suspend(office.who(), CHAT, number_id)
    assert office.number(MARIAS_NUMBER[-4:]).state == "verified"


def test_a_recovery_is_the_person_s_to_complete(office: Office) -> None:
    office.world.backend.identification.begin(CHAT, MARIA)

    number = office.team.acts.start_recovery(office.who(), CHAT)

    (case,) = office.world.rows(Case)
    assert (case.number, case.kind, case.state) == (number, "recovery", "waiting")
    assert number in office.last_line()
    assert office.world.rows(Proof) == []
    assert office.number(MARIAS_NUMBER[-4:]).state == "verified"


def test_no_recovery_without_a_contact(office: Office) -> None:
    with pytest.raises(NotSignedIn):
        office.team.acts.start_recovery(office.who(), CHAT)
    assert office.acts() == []


def test_a_recovery_for_nobody_looks_the_same_to_the_agent(office: Office) -> None:
    office.desk.start(OTHER_CHAT)
    begin = office.world.backend.identification.begin
    begin(CHAT, MARIA)
    begin(OTHER_CHAT, "nobody@example.com")

    for chat in (CHAT, OTHER_CHAT):
        assert office.team.acts.start_recovery(office.who(), chat).startswith("C-")

    lines = [office.last_line(chat) for chat in (CHAT, OTHER_CHAT)]
    assert lines[0][:30] == lines[1][:30]
    accounts = office.world.rows(DeskAudit, DeskAudit.act == "recovery_started")
    assert [row.account_id for row in accounts] == [None, None]


def test_what_is_not_there_is_unknown(office: Office) -> None:
    for act in (
        lambda: office.team.acts.start_recovery(office.who(), "none"),
        lambda: office.team.acts.suspend(office.who(), "none", "x"),
        lambda: office.team.returns.ask(office.who(), "none", "x"),
    ):
        assert outcome(act) is ConversationUnknown


def test_an_auditor_does_none_of_it(office: Office) -> None:
    alex = office.who("Alex", "auditor")
    for act in (
        lambda: office.team.acts.start_recovery(alex, CHAT),
        lambda: office.team.acts.suspend(alex, CHAT, "x"),
        lambda: office.team.returns.ask(alex, CHAT, "x"),
        lambda: office.team.returns.approve(alex, "x"),
        lambda: office.team.returns.refuse(alex, "x"),
        lambda: office.team.cases.approve(alex, "C-0000-0000", ()),
        lambda: office.team.cases.refuse(alex, "C-0000-0000"),
    ):
        assert outcome(act) is NotAllowed
    assert office.acts() == []


def test_two_persons_put_a_number_back(office: Office) -> None:
    wish = wished(office)
    assert office.number(JAMES_NUMBER[-4:]).state == "suspended"

    office.team.returns.approve(office.who("Sam", "supervisor"), wish)

    assert office.number(JAMES_NUMBER[-4:]).state == "verified"
    assert JAMES_NUMBER[-4:] in office.world.sent_to(JAMES)[-1].text
    assert JAMES_NUMBER[-4:] in office.last_line()
    names = [row.name for row in office.world.rows(AuditEvent)]
    assert "number_returned" in names


def test_a_number_that_is_back_proves_again(office: Office) -> None:
    office.team.returns.approve(office.who("Sam", "supervisor"), wished(office))
    office.desk.clock.move(3600)

    office.world.identify(JAMES, JAMES_OTHER_NUMBER, OTHER_CHAT)
    assert office.world.rows(Proof, Proof.conversation_id == OTHER_CHAT)


def test_nobody_decides_their_own_wish(office: Office) -> None:
    number_id = suspended(office)
    sam = office.who("Sam", "supervisor")
    wish = office.team.returns.ask(sam, CHAT, number_id)

    for decide in (office.team.returns.approve, office.team.returns.refuse):
        with pytest.raises(SecondPersonNeeded):
            decide(sam, wish)
    assert office.number(JAMES_NUMBER[-4:]).state == "suspended"


def test_an_agent_decides_nobody_s_wish(office: Office) -> None:
    with pytest.raises(NotAllowed):
        office.team.returns.approve(office.who("Kim"), wished(office))


def test_a_refusal_leaves_the_number_suspended_and_is_final(office: Office) -> None:
    wish, sam = wished(office), office.who("Sam", "supervisor")
    office.team.returns.refuse(sam, wish)

    with pytest.raises(ReturnDecided):
        office.team.returns.approve(sam, wish)
    with pytest.raises(ReturnUnknown):
        office.team.returns.approve(sam, "none")
    assert office.number(JAMES_NUMBER[-4:]).state == "suspended"
    assert office.team.returns.listed(sam) == ()


def test_a_number_is_wished_back_once_and_only_while_suspended(
    office: Office,
) -> None:
    office.world.identify(JAMES, JAMES_NUMBER)
    number_id = office.number(JAMES_NUMBER[-4:]).id
    with pytest.raises(NumberNotThere):
        office.team.returns.ask(office.who(), CHAT, number_id)
    office.team.acts.suspend(office.who(), CHAT, number_id)
    office.team.returns.ask(office.who(), CHAT, number_id)

    with pytest.raises(ReturnAsked):
        office.team.returns.ask(office.who("Kim"), CHAT, number_id)


def test_a_number_that_is_another_s_by_now_stays_theirs(office: Office) -> None:
    wish = wished(office)
    office.world.add("new@example.com", numbers=(JAMES_NUMBER,))

    with pytest.raises(NumberTaken):
        office.team.returns.approve(office.who("Sam", "supervisor"), wish)
    rows = office.world.rows(
        PhoneNumber, PhoneNumber.masked.endswith(JAMES_NUMBER[-4:])
    )
    assert Counter(row.state for row in rows) == {"suspended": 1, "verified": 1}
    assert office.team.returns.listed(office.who("Sam", "supervisor"))


def test_of_many_approvals_at_once_one_puts_the_number_back(
    each_database: Sessions, clock: ManualClock
) -> None:
    office = make_office(each_database, clock)
    wish = wished(office)
    supervisors = [office.who(f"Sam{turn}", "supervisor") for turn in range(20)]

    outcomes = at_once(
        lambda turn: office.team.returns.approve(supervisors[turn], wish), times=20
    )

    assert Counter(outcomes) == {None: 1, ReturnDecided: 19}
    assert office.acts().count("return_approved") == 1


def test_of_many_wishes_at_once_one_is_kept(
    each_database: Sessions, clock: ManualClock
) -> None:
    office = make_office(each_database, clock)
    number_id = suspended(office)
    agents = [office.who(f"Kim{turn}") for turn in range(20)]

    outcomes = at_once(
        lambda turn: office.team.returns.ask(agents[turn], CHAT, number_id), times=20
    )

    kinds = Counter(each for each in outcomes if isinstance(each, type))
    assert kinds == {ReturnAsked: 19}


def test_a_supervisor_decides_a_case_that_somebody_else_began(
    office: Office,
) -> None:
    office.world.backend.identification.begin(CHAT, MARIA)
    sam, pat = (office.who(name, "supervisor") for name in ("Sam", "Pat"))
    number = office.team.acts.start_recovery(sam, CHAT)
    office.desk.clock.move(4 * 86_400)

    for decide in (
        lambda: office.team.cases.approve(sam, number, SEEN),
        lambda: office.team.cases.refuse(sam, number),
    ):
        assert outcome(decide) is SecondPersonNeeded
    file = office.team.cases.approve(pat, number, SEEN)

    assert (file.state, file.decided_by) == ("approved", "Pat")
    assert office.acts(DeskAudit.act.startswith("case_")) == ["case_approved"]


def test_a_risky_case_takes_two_who_have_not_begun_it(office: Office) -> None:
    office.world.backend.identification.begin(CHAT, MARIA)
    sam, pat, kim = (office.who(n, "supervisor") for n in ("Sam", "Pat", "Kim"))
    number = office.team.acts.start_recovery(sam, CHAT)
    make_risky(office.world)
    office.desk.clock.move(13 * 86_400)

    first = office.team.cases.approve(pat, number, SEEN)
    again = outcome(office.team.cases.approve, pat, number, SEEN)
    by_beginner = outcome(office.team.cases.approve, sam, number, SEEN)
    second = office.team.cases.approve(kim, number, SEEN)

    assert (first.state, first.first_by) == ("review", "Pat")
    assert (again, by_beginner) == (SamePerson, SecondPersonNeeded)
    assert (second.state, second.decided_by) == ("approved", "Kim")
    assert {(each.kind, each.by) for each in second.seen} == {
        (kind, by) for kind in SEEN for by in ("Pat", "Kim")
    }
    acts = office.acts(DeskAudit.act.startswith("case_"))
    assert sorted(acts) == ["case_approved", "case_first_approved"]


def test_each_act_is_noted_with_who_where_and_whose(office: Office) -> None:
    wish = wished(office)
    office.team.returns.approve(office.who("Sam", "supervisor"), wish)

    rows = office.world.rows(DeskAudit)
    assert {(row.act, row.agent_id) for row in rows} == {
        ("number_suspended", "agent-lee"),
        ("return_asked", "agent-lee"),
        ("return_approved", "agent-sam"),
    }
    james = office.world.accounts[JAMES]
    assert {(row.conversation_id, row.account_id) for row in rows} == {(CHAT, james)}
    assert JAMES_NUMBER[-4:] not in str([row.detail for row in rows])
