"""Setting up an app and saved codes in a chat, and taking an app off."""

from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pyotp
import pytest

from bot.accounts.errors import LastFactor
from bot.accounts.models import AuditEvent
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    CodeWrong,
    NoApp,
    ProofMissing,
    ProofStale,
    SecondProofMissing,
    TotpNotPending,
)
from bot.verification.models import Authenticator, Showing
from bot.verification.two_factor import TwoFactorState
from tests.unit.world import (
    CHAT,
    MARIA,
    MARIAS_NUMBER,
    OTHER_CHAT,
    World,
    another,
    at_once,
    make_world,
    outcome,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock)


def shown(world: World, showing: str, chat: str = CHAT) -> dict[str, Any]:
    return world.backend.showings.read(chat, [showing])[showing]


def turn_app_on(world: World) -> pyotp.TOTP:
    """Connect Maria's app; she has proved herself twice."""
    world.identify_twice()
    body = shown(world, world.backend.two_factor.enrol_app(CHAT))
    app = pyotp.TOTP(body["secret"].replace(" ", ""))
    world.backend.two_factor.confirm_app(CHAT, app.at(world.clock.now()))
    return app


class TestApp:
    """An app's secret is shown once, and its first code turns it on."""

    def test_two_proofs_are_needed(self, world: World) -> None:
        assert outcome(world.backend.two_factor.enrol_app, CHAT) is ProofMissing
        world.identify()
        assert outcome(world.backend.two_factor.enrol_app, CHAT) is SecondProofMissing
        assert not world.rows(Showing)
        assert not world.rows(Authenticator, Authenticator.kind == "totp")

    def test_the_secret_can_be_typed_tapped_and_scanned(self, world: World) -> None:
        world.identify_twice()
        body = shown(world, world.backend.two_factor.enrol_app(CHAT))
        assert set(body) == {"kind", "secret", "otpauth_uri", "qr_svg"}
        assert body["kind"] == "totp"
        assert {len(group) for group in body["secret"].split(" ")} == {4}
        secret = body["secret"].replace(" ", "")
        assert pyotp.parse_uri(body["otpauth_uri"]).secret == secret

    def test_the_picture_is_a_drawing_without_anything_active(
        self, world: World
    ) -> None:
        world.identify_twice()
        body = shown(world, world.backend.two_factor.enrol_app(CHAT))
        kind, _, drawing = body["qr_svg"].partition(",")
        assert kind.startswith("data:image/svg+xml")
        names = {node.tag for node in ElementTree.fromstring(unquote(drawing)).iter()}
        assert {name.rpartition("}")[2] for name in names} <= {"svg", "g", "path"}

    def test_the_first_code_turns_it_on(self, world: World) -> None:
        turn_app_on(world)
        assert world.backend.two_factor.state(CHAT).app

    def test_a_wrong_first_code_does_not(self, world: World) -> None:
        world.identify_twice()
        body = shown(world, world.backend.two_factor.enrol_app(CHAT))
        app = pyotp.TOTP(body["secret"].replace(" ", ""))
        wrong = another(app.at(world.clock.now()))
        confirm = world.backend.two_factor.confirm_app
        assert outcome(confirm, CHAT, wrong) is CodeWrong
        assert not world.backend.two_factor.state(CHAT).app

    def test_no_code_is_taken_before_a_secret_was_made(self, world: World) -> None:
        world.identify()
        confirm = world.backend.two_factor.confirm_app
        assert outcome(confirm, CHAT, "123456") is TotpNotPending


class TestRemoving:
    """An app is taken off as long as a number can still prove a change."""

    def test_a_fresh_proof_is_needed(self, world: World) -> None:
        turn_app_on(world)
        remove = world.backend.two_factor.remove_app
        assert outcome(remove, OTHER_CHAT) is ProofMissing
        world.clock.move(301)
        assert outcome(remove, CHAT) is ProofStale
        assert world.backend.two_factor.state(CHAT).app

    def test_without_an_app_there_is_nothing_to_take_off(self, world: World) -> None:
        world.identify()
        assert outcome(world.backend.two_factor.remove_app, CHAT) is NoApp

    def test_the_last_factor_stays_whatever_codes_are_saved(self, world: World) -> None:
        turn_app_on(world)
        world.backend.two_factor.issue_recovery_codes(CHAT)
        with world.sessions.begin() as session:
            numbers = world.parts.directory.numbers(session, world.accounts[MARIA])
            for number in numbers:
                world.parts.authenticators.retire_number(
                    session, number.id, now=world.clock.now()
                )
        assert outcome(world.backend.two_factor.remove_app, CHAT) is LastFactor
        assert world.backend.two_factor.state(CHAT).app

    def test_a_removed_app_proves_nothing(self, world: World) -> None:
        app = turn_app_on(world)
        world.backend.two_factor.remove_app(CHAT)
        assert not world.backend.two_factor.state(CHAT).app
        world.clock.move(60)
        check = world.backend.totp.check
        assert outcome(check, CHAT, app.at(world.clock.now())) is CodeWrong

    def test_the_owner_is_told_and_it_is_noted(self, world: World) -> None:
        turn_app_on(world)
        world.clock.move(60)
        world.backend.two_factor.remove_app(CHAT)
        assert "Se quitó una forma" in world.sent_to(MARIA)[-1].text
        (noted,) = world.rows(AuditEvent, AuditEvent.name == "totp_removed")
        assert noted.account_id == world.accounts[MARIA]

    def test_proofs_given_elsewhere_end(self, world: World) -> None:
        turn_app_on(world)
        world.clock.move(120)
        world.identify(chat=OTHER_CHAT)
        world.backend.two_factor.remove_app(CHAT)
        assert outcome(world.backend.two_factor.state, OTHER_CHAT) is ProofMissing


class TestRecoveryCodes:
    """Saved codes are shown once."""

    def test_two_proofs_are_needed(self, world: World) -> None:
        issue = world.backend.two_factor.issue_recovery_codes
        assert outcome(issue, CHAT) is ProofMissing
        world.identify()
        assert outcome(issue, CHAT) is SecondProofMissing
        assert not world.rows(Showing)

    def test_ten_codes_are_shown_and_work(self, world: World) -> None:
        world.identify_twice()
        body = shown(world, world.backend.two_factor.issue_recovery_codes(CHAT))
        assert (body["kind"], len(body["codes"])) == ("recovery_codes", 10)
        assert world.backend.recovery_codes.use(CHAT, body["codes"][0]) == 9
        assert world.backend.two_factor.state(CHAT).recovery_codes_left == 9

    def test_the_owner_is_told(self, world: World) -> None:
        world.identify_twice()
        world.clock.move(1)
        world.backend.two_factor.issue_recovery_codes(CHAT)
        assert "códigos de recuperación" in world.sent_to(MARIA)[-1].text


class TestState:
    """What is set up is told to who may look."""

    def test_a_proof_is_needed(self, world: World) -> None:
        assert outcome(world.backend.two_factor.state, CHAT) is ProofMissing

    def test_everything_is_counted(self, world: World) -> None:
        world.identify()
        assert world.backend.two_factor.state(CHAT) == TwoFactorState(False, 1, 0)
        world.prove_by_email()
        world.backend.two_factor.issue_recovery_codes(CHAT)
        assert world.backend.two_factor.state(CHAT) == TwoFactorState(False, 1, 10)


def test_app_and_last_number_are_not_taken_off_at_once(
    each_database: Sessions, clock: ManualClock
) -> None:
    world = make_world(each_database, clock)
    turn_app_on(world)

    def take_off(turn: int) -> object:
        if turn % 2:
            return world.backend.two_factor.remove_app(CHAT)
        return world.backend.phone_numbers.remove(CHAT, None)

    outcomes = at_once(take_off)
    state = world.backend.two_factor.state(CHAT)
    assert (state.app, state.numbers) in {(True, 0), (False, 1)}
    assert LastFactor in outcomes
    assert world.sent_to(MARIAS_NUMBER)
