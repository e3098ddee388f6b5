"""Cases: opened, looked up, decided, stopped and used."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.accounts.errors import UndoExpired, UndoImpossible
from bot.accounts.models import AuditEvent, Undo
from bot.clock import ManualClock
from bot.database import Sessions
from bot.handoff.case_numbers import new_case_number, read_case_number
from bot.handoff.cases import CaseOpened, Cases
from bot.handoff.errors import (
    CaseLimit,
    CaseStateWrong,
    CaseUnknown,
    CaseWithoutAccount,
)
from bot.handoff.models import Case, CaseKind
from bot.verification.errors import NotSignedIn, ProofMissing, SecondProofMissing
from bot.verification.models import Proof
from bot.verification.randomness import SystemRandomness
from bot.verification.recovery import ALPHABET
from tests.unit.undoing import token_to, undoing
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    JAMES_OTHER_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    NOBODY,
    OMAR,
    OTHER_CHAT,
    World,
    approve,
    make_world,
    outcome,
)

HOUR = 3600
DAY = 86_400
WAIT = 3 * DAY
WRONG = "C-0000-0000"


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


@pytest.fixture
def cases(world: World) -> Cases:
    return world.handoff.cases


def say(world: World, contact: str = OMAR, chat: str = CHAT) -> None:
    """Say whose account it is, without any proof."""
    world.backend.identification.begin(chat, contact)


def look(world: World, email: str = OMAR, chat: str = CHAT) -> None:
    """Let a conversation look at an account, behind the backend's back."""
    with world.sessions.begin() as session:
        world.parts.proofs.grant(
            session, chat, world.accounts[email], method="email", scope="view"
        )


def opened(
    world: World, contact: str = OMAR, chat: str = CHAT, kind: CaseKind = "recovery"
) -> CaseOpened:
    say(world, contact, chat)
    return world.handoff.cases.open(chat, kind)


def approved(world: World, contact: str = OMAR) -> str:
    """A case that waited and was approved."""
    number = opened(world, contact, "chat-of-the-case").number
    world.clock.move(WAIT)
    approve(world, number)
    return number


def state(world: World, number: str) -> str:
    (case,) = world.rows(Case, Case.number == number)
    return case.state


def notices(world: World, address: str) -> list[str]:
    return [sent.text for sent in world.sent_to(address) if sent.purpose == "notice"]


class TestOpening:
    """Who may open a case, and what happens then."""

    @pytest.mark.parametrize("kind", ["recovery", "compromise"])
    def test_somebody_has_to_say_whose_account_it_is(
        self, cases: Cases, kind: CaseKind
    ) -> None:
        assert outcome(cases.open, CHAT, kind) is NotSignedIn

    def test_what_was_said_counts_as_long_as_its_code(
        self, world: World, cases: Cases
    ) -> None:
        say(world)
        world.clock.move(600)
        assert outcome(cases.open, CHAT, "recovery") is NotSignedIn

    def test_it_waits_three_days(self, world: World) -> None:
        case = opened(world, MARIA)
        assert (case.wait, case.told) == (WAIT, False)
        assert state(world, case.number) == "waiting"

    def test_an_account_in_view_is_told(self, world: World, cases: Cases) -> None:
        look(world)
        assert cases.open(CHAT, "recovery").told

    def test_an_unknown_contact_is_answered_like_a_known_one(
        self, world: World
    ) -> None:
        case = opened(world, NOBODY)
        assert (case.wait, case.told) == (WAIT, False)
        (row,) = world.rows(Case)
        assert row.account_id is None

    def test_accounts_are_merged_for_whoever_proved_one(
        self, world: World, cases: Cases
    ) -> None:
        say(world)
        assert outcome(cases.open, CHAT, "merge") is ProofMissing
        look(world)
        case = cases.open(CHAT, "merge")
        assert case.wait == 0
        assert state(world, case.number) == "review"

    def test_asked_for_again_it_is_the_same_case(
        self, world: World, cases: Cases
    ) -> None:
        case = opened(world)
        world.clock.move(60)
        assert cases.open(CHAT, "recovery") == CaseOpened(
            case.number, WAIT - 60, told=False
        )
        assert len(notices(world, OMAR)) == 1

    def test_another_kind_is_another_case(self, world: World, cases: Cases) -> None:
        case = opened(world)
        assert cases.open(CHAT, "compromise").number != case.number

    def test_another_conversation_is_another_case(self, world: World) -> None:
        case = opened(world)
        world.clock.move(60)
        assert opened(world, chat=OTHER_CHAT).number != case.number

    def test_two_contacts_of_one_account_are_not_told_to_be(self, world: World) -> None:
        first = opened(world, MARIA).number
        assert opened(world, MARIAS_NUMBER).number != first

    def test_once_proved_it_is_the_case_that_was_opened_before(
        self, world: World, cases: Cases
    ) -> None:
        case = opened(world)
        look(world)
        again = cases.open(CHAT, "recovery")
        assert (again.number, again.told) == (case.number, True)

    def test_after_its_end_a_new_one_is_opened(
        self, world: World, cases: Cases
    ) -> None:
        case = opened(world)
        world.clock.move(WAIT)
        cases.refuse(case.number, by="Ada")
        assert opened(world).number != case.number

    def test_an_approved_one_stays_as_long_as_it_is_good(
        self, world: World, cases: Cases
    ) -> None:
        case = opened(world)
        world.clock.move(WAIT)
        approve(world, case.number)
        assert opened(world).number == case.number
        world.clock.move(7 * DAY)
        assert opened(world).number != case.number

    @pytest.mark.parametrize("contact", [MARIA, NOBODY])
    def test_three_a_day_are_opened_under_a_contact(
        self, world: World, cases: Cases, contact: str
    ) -> None:
        for turn in range(3):
            opened(world, contact, f"chat-{turn}")
            world.clock.move(HOUR)
        say(world, contact)
        with pytest.raises(CaseLimit) as limit:
            cases.open(CHAT, "recovery")
        assert limit.value.again_in == DAY - 3 * HOUR
        world.clock.move(DAY - 3 * HOUR)
        assert opened(world, contact).number

    def test_asking_again_does_not_count(self, world: World, cases: Cases) -> None:
        first = opened(world)
        assert {cases.open(CHAT, "recovery").number for _ in range(9)} == {first.number}
        for turn in range(2):
            world.clock.move(HOUR)
            opened(world, chat=f"chat-{turn}")
        world.clock.move(HOUR)
        say(world)
        assert cases.open(CHAT, "recovery").number == first.number

    def test_every_address_and_number_hears_of_it(self, world: World) -> None:
        case = opened(world, JAMES)
        for address in (JAMES, JAMES_NUMBER, JAMES_OTHER_NUMBER):
            (notice,) = notices(world, address)
            assert case.number in notice and "/undo/" in notice

    def test_a_suspended_number_as_well(self, world: World) -> None:
        """One proof suspends a number; that must not keep its owner from hearing."""
        look(world, JAMES, OTHER_CHAT)
        world.backend.suspension.suspend(OTHER_CHAT, "1")
        opened(world, JAMES)
        assert len(notices(world, JAMES_NUMBER)) == 1
        assert len(notices(world, JAMES_OTHER_NUMBER)) == 1

    def test_a_landline_is_called_and_told_no_link(self, world: World) -> None:
        number = "+12125550160"
        world.add("lena@example.com", numbers=(number,), line_type="landline")
        opened(world, "lena@example.com")
        (notice,) = [each for each in world.sent_to(number) if each.purpose == "notice"]
        assert notice.by == "voice" and "/undo/" not in notice.text

    def test_it_is_noted_without_the_number_of_the_case(self, world: World) -> None:
        case = opened(world, MARIA)
        (event,) = world.rows(AuditEvent, AuditEvent.name == "case_opened")
        assert event.account_id == world.accounts[MARIA]
        assert case.number not in str(event.data)


class TestNumbers:
    """Numbers of cases, written and read."""

    def test_numbers_have_forty_random_bits(self) -> None:
        numbers = {new_case_number(SystemRandomness()) for _ in range(500)}
        symbols = Counter("".join(each.replace("-", "")[1:] for each in numbers))
        assert len(numbers) == 500
        assert symbols.keys() == set(ALPHABET)

    @pytest.mark.parametrize(
        "typed",
        ["C-7K2M-01QX", "c 7k2m 01qx", "c7k2mo1qx", "C–7K2M–OLQX", " C-7K2MOIQX"],
    )
    def test_a_number_is_read_kindly(self, typed: str) -> None:
        assert read_case_number(typed) == "C-7K2M-01QX"

    @pytest.mark.parametrize(
        "typed", ["", "C", "7K2M-01QX", "C-7K2M-01Q", "C-7K2M-01QXZ", "C-7K2M-01QU"]
    )
    def test_what_is_no_number_is_no_case(self, cases: Cases, typed: str) -> None:
        assert {outcome(cases.status, CHAT, typed) for _ in range(12)} == {CaseUnknown}


class TestStatus:
    """How a case stands, for whoever has its number."""

    @pytest.mark.parametrize("contact", [OMAR, NOBODY])
    def test_a_case_is_looked_up_from_any_conversation(
        self, world: World, cases: Cases, contact: str
    ) -> None:
        case = opened(world, contact)
        (seen,) = cases.status(OTHER_CHAT, case.number.lower())
        assert (seen.number, seen.kind, seen.state) == (
            case.number,
            "recovery",
            "waiting",
        )
        assert seen.ready_at == world.clock.now() + timedelta(seconds=WAIT)
        assert seen.good_until is None

    @pytest.mark.parametrize("contact", [OMAR, NOBODY])
    def test_it_is_with_the_team_to_the_second(
        self, world: World, cases: Cases, contact: str
    ) -> None:
        number = opened(world, contact).number
        world.clock.move(WAIT - 1)
        assert cases.file(number).state == "waiting"
        assert cases.status(CHAT, number)[0].state == "waiting"
        world.clock.move(1)
        assert cases.file(number).state == "review"
        assert cases.status(CHAT, number)[0].state == "private"

    def test_ten_wrong_numbers_are_looked_up_in_an_hour(
        self, world: World, cases: Cases
    ) -> None:
        number = opened(world).number
        wrong = [outcome(cases.status, CHAT, WRONG) for _ in range(11)]
        assert wrong == [CaseUnknown] * 10 + [CaseLimit]
        assert outcome(cases.status, CHAT, number) is CaseLimit
        assert cases.status(OTHER_CHAT, number)
        world.clock.move(HOUR)
        assert cases.status(CHAT, number)

    def test_right_numbers_do_not_count(self, world: World, cases: Cases) -> None:
        number = opened(world).number
        for _ in range(15):
            assert cases.status(CHAT, number)
        assert outcome(cases.status, CHAT, WRONG) is CaseUnknown

    def test_without_a_number_it_is_those_of_the_conversation(
        self, world: World, cases: Cases
    ) -> None:
        number = opened(world).number
        assert [case.number for case in cases.status(CHAT)] == [number]
        assert cases.status(OTHER_CHAT) == ()

    def test_with_an_account_in_view_it_is_those_of_the_account(
        self, world: World, cases: Cases
    ) -> None:
        first = opened(world).number
        world.clock.move(60)
        second = opened(world, chat=OTHER_CHAT).number
        opened(world, MARIA, "chat-3")
        look(world, chat="chat-3")
        seen = [case.number for case in cases.status("chat-3")]
        assert seen == [second, first]


class TestDeciding:
    """What the team does with a case."""

    def test_cases_that_waited_are_handed_on_once(
        self, world: World, cases: Cases
    ) -> None:
        number = opened(world).number
        assert cases.advance() == 0
        world.clock.move(WAIT)
        assert (cases.advance(), cases.advance()) == (1, 0)
        assert state(world, number) == "review"

    @pytest.mark.parametrize("decide", ["approve", "refuse"])
    def test_a_case_that_waits_is_not_decided(
        self, world: World, cases: Cases, decide: str
    ) -> None:
        number = opened(world).number
        world.clock.move(WAIT - 1)
        with pytest.raises(CaseStateWrong) as wrong:
            getattr(cases, decide)(number, by="Ada")
        assert wrong.value.state == "waiting"

    def test_an_approved_case_is_good_for_a_week(
        self, world: World, cases: Cases
    ) -> None:
        number = approved(world)
        look(world)
        (seen,) = cases.status(CHAT, number)
        assert seen.state == "approved"
        assert seen.good_until == world.clock.now() + timedelta(days=7)
        assert "approved" in notices(world, OMAR)[-1]

    def test_one_that_was_not_used_in_time_has_lapsed_to_the_second(
        self, world: World, cases: Cases
    ) -> None:
        number = approved(world)
        world.clock.move(7 * DAY - 1)
        assert cases.file(number).state == "approved"
        world.clock.move(1)
        assert cases.file(number).state == "lapsed"

    def test_it_is_kept_who_decided_and_when(self, world: World, cases: Cases) -> None:
        file = cases.file(approved(world))
        assert (file.decided_by, file.decided_at) == ("Ada", world.clock.now())
        assert file.account_id == world.accounts[OMAR]

    def test_a_refused_case_is_over(self, world: World, cases: Cases) -> None:
        number = opened(world).number
        world.clock.move(WAIT)
        cases.refuse(number, by="Ada")
        assert state(world, number) == "refused"
        assert "refused" in notices(world, OMAR)[-1]
        with pytest.raises(CaseStateWrong):
            approve(world, number)

    def test_nobodys_case_is_refused_and_never_approved(
        self, world: World, cases: Cases
    ) -> None:
        number = opened(world, NOBODY).number
        world.clock.move(WAIT)
        with pytest.raises(CaseWithoutAccount):
            approve(world, number)
        cases.refuse(number, by="Ada")
        assert state(world, number) == "refused"

    @pytest.mark.parametrize("decide", ["approve", "refuse"])
    def test_an_unknown_case_is_not_decided(self, cases: Cases, decide: str) -> None:
        with pytest.raises(CaseUnknown):
            getattr(cases, decide)(WRONG, by="Ada")

    def test_an_unknown_case_has_no_file(self, cases: Cases) -> None:
        assert outcome(cases.file, WRONG) is CaseUnknown

    def test_the_team_sees_every_case_or_those_of_an_account(
        self, world: World, cases: Cases
    ) -> None:
        opened(world, NOBODY)
        number = opened(world, chat=OTHER_CHAT).number
        assert len(cases.files()) == 2
        account_id = world.accounts[OMAR]
        assert [file.number for file in cases.files(account_id=account_id)] == [number]


class TestStopping:
    """The owner's link."""

    def test_it_cancels_the_case(self, world: World) -> None:
        number = opened(world).number
        world.clock.move(1)
        undoing(world).take(token_to(world, OMAR))
        assert state(world, number) == "cancelled"
        assert "blocked" in notices(world, OMAR)[-1]

    def test_it_is_good_as_long_as_an_approved_case_can_be_used(
        self, world: World
    ) -> None:
        number = opened(world).number
        token = token_to(world, OMAR)
        world.clock.move(WAIT)
        approve(world, number)
        world.clock.move(7 * DAY - 1)
        undoing(world).take(token)
        assert state(world, number) == "cancelled"

    def test_it_ends_with_the_case(self, world: World) -> None:
        opened(world)
        token = token_to(world, OMAR)
        world.clock.move(WAIT + 7 * DAY)
        assert outcome(undoing(world).take, token) is UndoExpired

    def test_the_notice_of_the_approval_has_a_link_too(self, world: World) -> None:
        number = approved(world, MARIA)
        for address in (MARIA, MARIAS_NUMBER):
            assert number in notices(world, address)[-1]
        undoing(world).take(token_to(world, MARIAS_NUMBER))
        assert state(world, number) == "cancelled"

    def test_a_case_under_review_can_be_stopped_too(
        self, world: World, cases: Cases
    ) -> None:
        look(world)
        number = cases.open(CHAT, "merge").number
        undoing(world).take(token_to(world, OMAR))
        assert state(world, number) == "cancelled"

    def test_one_that_was_decided_against_cannot(
        self, world: World, cases: Cases
    ) -> None:
        look(world)
        cases.refuse(cases.open(CHAT, "merge").number, by="Ada")
        token = token_to(world, OMAR)
        assert outcome(undoing(world).take, token) is UndoImpossible

    def test_nobody_gets_the_link_of_nobodys_case(self, world: World) -> None:
        opened(world, NOBODY)
        (undo,) = world.rows(Undo)
        assert undo.account_id is None
        assert not notices(world, NOBODY)


class TestRedeeming:
    """An approved case as a proof beside another."""

    def test_it_needs_a_proof(self, world: World, cases: Cases) -> None:
        number = approved(world)
        say(world)
        assert not cases.redeem(CHAT)
        assert state(world, number) == "approved"

    def test_it_gets_the_account_back_together_with_one(
        self, world: World, cases: Cases
    ) -> None:
        number = approved(world)
        look(world)
        assert cases.redeem(CHAT)
        standing = world.backend.identification.standing(CHAT)
        assert standing.may_recover and set(standing.methods) == {"case", "email"}
        assert state(world, number) == "done"
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        world.backend.phone_numbers.confirm(CHAT, world.code_to(NEW_NUMBER))
        assert world.backend.phone_numbers.change(CHAT).new_masked

    def test_it_counts_for_an_hour_beside_a_fresh_proof(
        self, world: World, cases: Cases
    ) -> None:
        approved(world)
        look(world)
        cases.redeem(CHAT)
        world.clock.move(HOUR - 1)
        assert not world.backend.identification.standing(CHAT).may_recover
        look(world)
        assert world.backend.identification.standing(CHAT).may_recover
        world.clock.move(1)
        assert not world.backend.identification.standing(CHAT).may_recover

    def test_without_the_other_proof_it_changes_nothing(
        self, world: World, cases: Cases
    ) -> None:
        approved(world)
        look(world)
        cases.redeem(CHAT)
        world.clock.move(900)
        offered = outcome(world.backend.phone_numbers.offer, CHAT, NEW_NUMBER)
        assert offered is SecondProofMissing

    def test_it_is_used_once(self, world: World, cases: Cases) -> None:
        approved(world)
        look(world)
        look(world, chat=OTHER_CHAT)
        assert [cases.redeem(chat) for chat in (CHAT, OTHER_CHAT)] == [True, False]

    def test_it_is_not_the_case_of_another_account(
        self, world: World, cases: Cases
    ) -> None:
        approved(world)
        look(world, MARIA)
        assert not cases.redeem(CHAT)

    def test_its_time_ends_to_the_second(self, world: World, cases: Cases) -> None:
        approved(world)
        world.clock.move(7 * DAY)
        look(world)
        assert not cases.redeem(CHAT)
        assert not world.rows(Proof, Proof.method == "case")

    def test_a_case_that_is_not_decided_is_none(
        self, world: World, cases: Cases
    ) -> None:
        opened(world)
        look(world)
        assert not cases.redeem(CHAT)

    def test_a_merge_of_accounts_gets_none_back(
        self, world: World, cases: Cases
    ) -> None:
        look(world)
        approve(world, cases.open(CHAT, "merge").number)
        assert not cases.redeem(CHAT)
