"""What makes a case risky, who is told of it, and what a case leaves behind."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.accounts.models import EmailAddress, FormerEmail, SignIn
from bot.clock import ManualClock
from bot.database import Sessions
from bot.handoff.errors import RecoveryUnreadable
from bot.handoff.models import Case, CaseEvidence, CaseSignal
from bot.handoff.risk_table import RECOVERY_FILE, load_risk_table
from bot.handoff.watching import CaseWatch
from bot.telephony.risks import Risk
from bot.verification.models import Method
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    JAMES_OTHER_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    NEW_NUMBER,
    OMAR,
    World,
    approve,
    make_world,
)

HOUR = 3600
DAY = 86_400


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def opened(world: World, contact: str = MARIA, *methods: Method) -> Case:
    if not methods:
        world.backend.identification.begin(CHAT, contact)
    look(world, contact, *methods)
    number = world.handoff.cases.open(CHAT, "recovery").number
    (case,) = world.rows(Case, Case.number == number)
    return case


def look(world: World, contact: str, *methods: Method, chat: str = CHAT) -> None:
    for method in methods:
        with world.sessions.begin() as session:
            world.parts.proofs.grant(
                session, chat, world.accounts[contact], method=method, scope="view"
            )


def note(world: World, event: str, contact: str = MARIA) -> None:
    with world.sessions.begin() as session:
        world.parts.journal.note(
            session, event, account_id=world.accounts[contact], conversation_id=None
        )


def sign_in(world: World, place: str, device: str, days_ago: int) -> None:
    with world.sessions.begin() as session:
        session.add(
            SignIn(
                account_id=world.accounts[MARIA],
                method="sms",
                device=device,
                place=place,
                succeeded=True,
                at=world.clock.now() - timedelta(days=days_ago),
            )
        )


def test_a_proof_by_e_mail_and_a_number_that_is_lost(world: World) -> None:
    case = opened(world, MARIA, "email")
    assert (case.signals, case.risk) == (["factors_lost"], "usual")
    assert case.ready_at - case.opened_at == timedelta(days=3)


@pytest.mark.parametrize(
    ("event", "signal", "days"),
    [
        ("number_changed", "number_moved", 30),
        ("number_added", "number_moved", 30),
        ("number_removed", "number_moved", 30),
        ("email_changed", "email_moved", 30),
        ("number_suspended", "number_suspended", 30),
        ("undone", "undone", 30),
        ("case_cancelled", "case_stopped", 90),
    ],
)
@pytest.mark.parametrize("later", [0, 1])
def test_an_event_counts_to_the_second(
    world: World, event: str, signal: CaseSignal, days: int, later: int
) -> None:
    note(world, event)
    world.clock.move(days * DAY + later)
    assert (signal in opened(world, MARIA, "email").signals) == (later == 0)


def test_another_account_s_events_do_not_count(world: World) -> None:
    note(world, "undone", JAMES)
    assert opened(world, MARIA, "email").signals == ["factors_lost"]


@pytest.mark.parametrize(
    ("place", "device", "new"),
    [("Lima", "phone", True), ("Boston", "tablet", True), ("Boston", "phone", False)],
)
def test_a_sign_in_from_a_new_place_or_device_counts(
    world: World, place: str, device: str, new: bool
) -> None:
    sign_in(world, "Boston", "phone", days_ago=40)
    sign_in(world, place, device, days_ago=2)
    assert ("new_place" in opened(world, MARIA, "email").signals) == new


def test_an_account_without_a_past_has_no_new_places(world: World) -> None:
    sign_in(world, "Boston", "phone", days_ago=1)
    assert "new_place" not in opened(world, MARIA, "email").signals


@pytest.mark.parametrize(
    ("events", "risk", "days"),
    [
        ((), "usual", 3),
        (("number_changed",), "raised", 6),
        (("number_changed", "email_changed"), "high", 12),
    ],
)
def test_the_riskier_the_longer(
    world: World, events: tuple[str, ...], risk: str, days: int
) -> None:
    for event in events:
        note(world, event)
    case = opened(world, MARIA, "email")
    assert case.risk == risk
    assert case.ready_at - case.opened_at == timedelta(days=days)


def test_two_accounts_are_joined_without_a_wait(world: World) -> None:
    note(world, "undone")
    look(world, MARIA, "email")
    opened_case = world.handoff.cases.open(CHAT, "merge")
    assert opened_case.wait == 0
    assert world.handoff.cases.file(opened_case.number).people == 1


def heard(world: World, address: str) -> int:
    return sum("/undo/" in each.text for each in world.sent_to(address))


def test_a_number_that_left_lately_is_told(world: World) -> None:
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    before = heard(world, MARIAS_NUMBER)
    world.clock.move(29 * DAY)
    opened(world)
    assert heard(world, MARIAS_NUMBER) == before + 1
    assert heard(world, NEW_NUMBER) == 1


def test_one_that_left_long_ago_is_not(world: World) -> None:
    world.identify()
    world.prove_new()
    world.backend.phone_numbers.change(CHAT)
    before = heard(world, MARIAS_NUMBER)
    world.clock.move(30 * DAY)
    opened(world)
    assert heard(world, MARIAS_NUMBER) == before


def test_one_that_somebody_else_has_by_now_is_not(world: World) -> None:
    look(world, JAMES, "email", chat="james")
    world.backend.suspension.suspend("james", "1")
    world.add("new@example.com", numbers=(JAMES_NUMBER,))
    opened(world, JAMES)
    assert not heard(world, JAMES_NUMBER)
    assert heard(world, JAMES_OTHER_NUMBER) == 1


@pytest.mark.parametrize(("days", "told"), [(0, 1), (2, 1), (29, 1), (31, 0)])
def test_an_address_that_left_lately_is_told(
    world: World, days: int, told: int
) -> None:
    with world.sessions.begin() as session:
        session.add(
            EmailAddress(
                account_id=world.accounts[OMAR],
                address_encrypted=world.cipher.encrypt("old@example.com"),
                fingerprint=world.fingerprints.of("email", "old@example.com"),
                masked="o•••@example.com",
                removed_at=world.clock.now(),
            )
        )
    world.clock.move(days * DAY)
    world.backend.retention.purge()
    opened(world, OMAR)
    assert heard(world, "old@example.com") == told
    assert len(world.rows(FormerEmail)) == (told if days > 1 else 0)


class Told:
    """Says the same of every number."""

    def __init__(self, risk: Risk | None) -> None:
        self.risk = risk
        self.asked: list[str] = []

    def of(self, e164: str, *, verified_on: date | None) -> Risk | None:
        self.asked.append(e164)
        return self.risk


def watch(world: World, risks: Told | None) -> int:
    return CaseWatch(
        world.sessions,
        world.clock,
        world.parts.directory,
        load_risk_table(),
        risks,
        lambda number: None,
        wait=world.settings.case_wait,
    ).watch()


@pytest.mark.parametrize("risk", ["sim_swap", "reassigned"])
def test_a_card_or_holder_that_changed_lengthens_the_wait(
    world: World, risk: Risk
) -> None:
    opened(world, MARIA, "email")
    told = Told(risk)
    assert (watch(world, told), watch(world, told)) == (1, 0)
    assert told.asked == [MARIAS_NUMBER]
    (case,) = world.rows(Case)
    assert case.signals == ["factors_lost", risk] and case.risk == "raised"
    assert case.ready_at - case.opened_at == timedelta(days=6)


def test_a_card_that_did_not_change_nothing(world: World) -> None:
    before = opened(world, MARIA, "email")
    watch(world, Told(None))
    (case,) = world.rows(Case)
    assert (case.signals, case.ready_at) == (before.signals, before.ready_at)


def test_nobodys_case_is_looked_up_nowhere(world: World) -> None:
    world.backend.identification.begin(CHAT, "nobody@example.com")
    world.handoff.cases.open(CHAT, "recovery")
    told = Told("sim_swap")
    assert watch(world, told) == watch(world, None) == 0
    assert not told.asked


def approved(world: World) -> str:
    number = opened(world, OMAR).number
    world.clock.move(3 * DAY)
    approve(world, number)
    return number


def test_a_case_that_came_to_nothing_is_taken_up_again(world: World) -> None:
    """A number that was refused costs an hour, and not another three days."""
    approved(world)
    cases = world.handoff.cases
    for chat, later, taken in (
        ("one", 0, True),
        ("two", HOUR - 1, False),
        ("three", 1, True),
    ):
        world.clock.move(later)
        look(world, OMAR, "email", chat=chat)
        assert cases.redeem(chat) == taken


def test_one_that_changed_the_account_is_not(world: World) -> None:
    approved(world)
    look(world, OMAR, "email", chat="one")
    assert world.handoff.cases.redeem("one")
    note(world, "number_added", OMAR)
    world.clock.move(2 * HOUR)
    look(world, OMAR, "email", chat="two")
    assert not world.handoff.cases.redeem("two")


def test_cases_that_ended_are_forgotten_and_open_ones_are_not(world: World) -> None:
    approved(world)
    world.backend.identification.begin("other", JAMES)
    waiting = world.handoff.cases.open("other", "recovery").number
    world.clock.move(97 * DAY)
    assert world.handoff.cases.forget_old() == 0
    world.clock.move(1)
    assert world.handoff.cases.forget_old() == 1
    assert [case.number for case in world.rows(Case)] == [waiting]
    assert not world.rows(CaseEvidence)


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("undone: {points: 3", "undone: {points: many", "signals.undone"),
        ("undone:", "redone:", "signals.redone"),
        ("usual: {from: 0", "usual: {from: 1", "levels"),
        ("high:", "huge:", "levels.huge"),
        ("evidence: [", "evidence: [[", "file"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(
    tmp_path: Path, old: str, new: str, part: str
) -> None:
    copy = tmp_path / "recovery.yml"
    copy.write_text(RECOVERY_FILE.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(RecoveryUnreadable) as unreadable:
        load_risk_table(copy)
    assert unreadable.value.part == part
