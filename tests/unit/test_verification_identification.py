"""Who a conversation is with, and what that allows."""

from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from bot.accounts.models import Account, AuditEvent, EmailAddress, PhoneNumber
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    AuthenticatorDisabled,
    ContactUnreadable,
    IdentityTokenInvalid,
    NoAuthenticator,
    NoCodePending,
    NotSignedIn,
    ProofMissing,
    ProofStale,
    SendTooSoon,
)
from bot.verification.models import Authenticator, Challenge
from bot.verification.standing import CodeSent, Standing
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
    make_world,
    outcome,
)

TOKEN_KEY = "the host website's key, 32 characters"
NOTHING = Standing(
    account_known=False,
    signed_in=False,
    may_view=False,
    may_change=False,
    may_bind=False,
    may_recover=False,
    is_half=False,
    methods=(),
    number_proved=False,
    code_pending=False,
    code_by=None,
    code_asked_by=None,
    code_again_in=0,
    code_age=0,
    code_guesses_left=0,
)


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    return make_world(sessions, clock, identity_token_key=SecretStr(TOKEN_KEY))


def token(world: World, *, key: str = TOKEN_KEY, **changed: Any) -> str:
    """An identity token for Maria, good for a minute; None leaves a claim out."""
    claims = {
        "email": MARIA,
        "aud": "switchboard",
        "exp": int(world.clock.now().timestamp()) + 60,
    }
    claims |= changed
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given, key, algorithm="HS256")


def close(world: World, email: str, status: str) -> None:
    with world.sessions.begin() as session:
        account = session.get_one(Account, world.accounts[email])
        account.status = status  # type: ignore[assignment]


def test_a_new_conversation_has_proved_nothing(world: World) -> None:
    assert world.backend.identification.standing(CHAT) == NOTHING


def test_begin_does_not_tell_where_the_code_went(world: World) -> None:
    sent = world.backend.identification.begin(CHAT, MARIA)
    assert sent == CodeSent(to_masked="", by="sms", again_in=60, expires_in=600)


def test_the_code_goes_to_the_number_that_gets_codes(world: World) -> None:
    world.backend.identification.begin(CHAT, JAMES)
    assert world.sent_to(JAMES_NUMBER) and not world.sent_to(JAMES_OTHER_NUMBER)


def test_the_code_goes_to_the_number_that_was_given(world: World) -> None:
    world.backend.identification.begin(CHAT, JAMES_OTHER_NUMBER)
    assert world.sent_to(JAMES_OTHER_NUMBER) and not world.sent_to(JAMES_NUMBER)


@pytest.mark.parametrize(
    "typed",
    ["MARIA@Example.com", " maria@example.com ", "ｍａｒｉａ＠ｅｘａｍｐｌｅ．ｃｏｍ"],
)
def test_an_address_is_known_in_any_spelling(world: World, typed: str) -> None:
    world.backend.identification.begin(CHAT, typed)
    assert world.sent_to(MARIAS_NUMBER)


@pytest.mark.parametrize(
    "typed", ["202 555 0143", "+1 (202) 555-0143", "２０２５５５０１４３"]
)
def test_a_number_is_known_in_any_spelling(world: World, typed: str) -> None:
    world.backend.identification.begin(CHAT, typed)
    assert world.sent_to(MARIAS_NUMBER)


@pytest.mark.parametrize("typed", ["", "maria", "@", "a@", "12", "7" * 11, "a" * 400])
def test_what_is_no_contact_is_refused(world: World, typed: str) -> None:
    with pytest.raises(ContactUnreadable):
        world.backend.identification.begin(CHAT, typed)


def test_an_unverified_address_is_nobodys(world: World) -> None:
    with world.sessions.begin() as session:
        session.query(EmailAddress).update({"verified_at": None})
    world.backend.identification.begin(CHAT, MARIA)
    assert not world.sent_to(MARIAS_NUMBER)


def test_a_number_on_two_accounts_is_nobodys_contact(
    sessions: Sessions, clock: ManualClock
) -> None:
    world = make_world(sessions, clock, accounts_per_number=2)
    world.identify(JAMES, JAMES_NUMBER)
    world.prove_new(MARIAS_NUMBER)
    world.backend.phone_numbers.change(CHAT)
    texts = len(world.sent_to(MARIAS_NUMBER))
    world.backend.identification.begin(OTHER_CHAT, MARIAS_NUMBER)
    assert len(world.sent_to(MARIAS_NUMBER)) == texts


def test_codes_are_written_in_the_accounts_language(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    world.backend.identification.begin(OTHER_CHAT, JAMES)
    assert "clave" in world.sent_to(MARIAS_NUMBER)[0].text
    assert "your code" in world.sent_to(JAMES_NUMBER)[0].text


def test_a_landline_is_called(world: World) -> None:
    world.add("lena@example.com", numbers=("+12125550160",), line_type="landline")
    world.backend.identification.begin(CHAT, "lena@example.com")
    assert world.sent_to("+12125550160")[0].by == "voice"


def test_a_pending_code_shows_in_the_standing(world: World) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    world.clock.move(20)
    standing = world.backend.identification.standing(CHAT)
    assert standing.code_pending
    assert (standing.code_age, standing.code_again_in) == (20, 40)
    assert standing.code_guesses_left == 5


def test_an_email_code_lets_look_but_not_change(world: World) -> None:
    world.backend.identification.begin(CHAT, OMAR)
    standing = world.backend.identification.check(CHAT, world.code_to(OMAR))
    assert standing.may_view and not standing.may_change


def test_a_proof_allows_changes_for_five_minutes(world: World) -> None:
    world.identify()
    world.clock.move(300)
    assert world.backend.identification.standing(CHAT).may_change
    world.clock.move(0.001)
    assert not world.backend.identification.standing(CHAT).may_change


def test_a_proof_allows_looking_for_fifteen_minutes(world: World) -> None:
    world.identify()
    world.clock.move(899)
    assert world.backend.identification.standing(CHAT).may_view
    world.clock.move(1)
    assert not world.backend.identification.standing(CHAT).may_view


def test_a_proof_counts_in_its_own_conversation_only(world: World) -> None:
    world.identify()
    assert world.backend.identification.standing(OTHER_CHAT) == NOTHING


def test_proving_another_account_ends_the_first_proof(world: World) -> None:
    world.identify(MARIA, MARIAS_NUMBER)
    world.identify(OMAR, OMAR)
    standing = world.backend.identification.standing(CHAT)
    assert standing.may_view and not standing.may_change
    assert world.backend.phone_numbers.find(CHAT) == ()


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_a_proof_ends_with_the_account(world: World, status: str) -> None:
    world.identify()
    close(world, MARIA, status)
    assert not world.backend.identification.standing(CHAT).account_known


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_an_account_that_is_not_active_gets_no_code(world: World, status: str) -> None:
    close(world, MARIA, status)
    world.backend.identification.begin(CHAT, MARIA)
    assert not world.sent_to(MARIAS_NUMBER)


def test_a_code_of_an_account_that_was_closed_since_proves_nothing(
    world: World,
) -> None:
    world.backend.identification.begin(CHAT, MARIA)
    code = world.code_to(MARIAS_NUMBER)
    close(world, MARIA, "closed")
    assert not world.backend.identification.check(CHAT, code).may_view


def test_events_are_noted_without_personal_data(world: World) -> None:
    world.identify()
    events = world.rows(AuditEvent)
    assert [event.name for event in events] == ["code_sent", "code_accepted"]
    noted = str([event.data for event in events])
    assert "0143" not in noted and "maria" not in noted


class TestKnownAccount:
    """Codes for an account that is known from the session or an earlier proof."""

    def test_it_is_told_where_the_code_went(self, world: World) -> None:
        world.backend.identification.sign_in(CHAT, token(world))
        sent = world.backend.identification.begin_known(CHAT)
        assert (sent.to_masked, sent.by) == ("•••-•••-0143", "sms")
        standing = world.backend.identification.check(
            CHAT, world.code_to(MARIAS_NUMBER)
        )
        assert standing.may_change and standing.signed_in

    def test_nobody_is_known_without_a_proof(self, world: World) -> None:
        assert outcome(world.backend.identification.begin_known, CHAT) is NotSignedIn

    def test_an_account_without_a_number_has_no_authenticator(
        self, world: World
    ) -> None:
        world.identify(OMAR, OMAR)
        begun = outcome(world.backend.identification.begin_known, CHAT)
        assert begun is NoAuthenticator

    def test_a_disabled_authenticator_is_told(self, world: World) -> None:
        world.backend.identification.sign_in(CHAT, token(world))
        with world.sessions.begin() as session:
            session.query(Authenticator).update({"disabled_at": world.clock.now()})
        begun = outcome(world.backend.identification.begin_known, CHAT)
        assert begun is AuthenticatorDisabled

    def test_a_landline_is_said_to_be_called(self, world: World) -> None:
        world.add("lena@example.com", numbers=("+12125550160",), line_type="landline")
        world.backend.identification.sign_in(
            CHAT, token(world, email="lena@example.com")
        )
        assert world.backend.identification.begin_known(CHAT).by == "voice"


class TestResend:
    """A new code in place of the newest one."""

    def test_the_new_code_counts_and_not_the_old_one(self, world: World) -> None:
        world.backend.identification.begin(CHAT, MARIA)
        world.clock.move(60)
        sent = world.backend.identification.resend(CHAT)
        assert (sent.to_masked, sent.by, sent.again_in) == ("", "sms", 120)
        code = world.code_to(MARIAS_NUMBER)
        assert world.backend.identification.check(CHAT, code).may_change

    def test_it_works_after_the_code_expired(self, world: World) -> None:
        world.backend.identification.begin(CHAT, MARIA)
        world.clock.move(601)
        world.backend.identification.resend(CHAT)
        assert len(world.sent_to(MARIAS_NUMBER)) == 2

    def test_it_can_be_a_call(self, world: World) -> None:
        world.backend.identification.begin(CHAT, MARIA)
        world.clock.move(60)
        assert world.backend.identification.resend(CHAT, by="voice").by == "voice"
        assert world.sent_to(MARIAS_NUMBER)[-1].by == "voice"

    def test_an_email_code_stays_an_email(self, world: World) -> None:
        world.backend.identification.begin(CHAT, OMAR)
        world.clock.move(60)
        assert world.backend.identification.resend(CHAT, by="voice").by == "voice"
        assert len(world.sent_to(OMAR)) == 2

    def test_it_says_where_the_code_of_a_known_account_went(self, world: World) -> None:
        world.backend.identification.sign_in(CHAT, token(world))
        world.backend.identification.begin_known(CHAT)
        world.clock.move(60)
        sent = world.backend.identification.resend(CHAT, by="voice")
        assert (sent.to_masked, sent.by) == ("•••-•••-0143", "voice")

    def test_a_code_to_a_new_number_goes_there_again(self, world: World) -> None:
        world.identify()
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        world.clock.move(60)
        sent = world.backend.identification.resend(CHAT)
        assert sent.to_masked == "•••-•••-0177"
        world.backend.phone_numbers.confirm(CHAT, world.code_to(NEW_NUMBER))

    def test_a_new_number_gets_no_code_once_the_proof_is_over(
        self, world: World
    ) -> None:
        world.identify()
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        world.clock.move(900)
        assert outcome(world.backend.identification.resend, CHAT) is NotSignedIn

    def test_without_a_code_there_is_none_to_resend(self, world: World) -> None:
        assert outcome(world.backend.identification.resend, CHAT) is NoCodePending

    def test_a_used_code_is_not_resent(self, world: World) -> None:
        world.identify()
        world.clock.move(60)
        assert outcome(world.backend.identification.resend, CHAT) is NoCodePending

    def test_a_known_accounts_code_is_not_resent_to_another_account(
        self, world: World
    ) -> None:
        world.backend.identification.sign_in(CHAT, token(world))
        world.backend.identification.begin_known(CHAT)
        world.backend.identification.sign_in(CHAT, token(world, email=JAMES))
        world.clock.move(60)
        assert outcome(world.backend.identification.resend, CHAT) is NoCodePending


class TestCancel:
    """Leaving what was under way."""

    def test_no_code_is_pending_afterwards(self, world: World) -> None:
        world.backend.identification.begin(CHAT, MARIA)
        world.backend.identification.cancel(CHAT)
        assert not world.backend.identification.standing(CHAT).code_pending

    def test_an_offered_number_is_forgotten(self, world: World) -> None:
        world.identify()
        world.prove_new()
        world.backend.identification.cancel(CHAT)
        assert not world.rows(PhoneNumber, PhoneNumber.state == "pending")
        with pytest.raises(ProofMissing):
            world.backend.phone_numbers.change(CHAT)

    def test_a_proof_stays(self, world: World) -> None:
        world.identify()
        world.backend.identification.cancel(CHAT)
        assert world.backend.identification.standing(CHAT).may_change

    def test_codes_of_other_conversations_stay(self, world: World) -> None:
        world.backend.identification.begin(OTHER_CHAT, MARIA)
        world.backend.identification.cancel(CHAT)
        assert all(row.cancelled_at is None for row in world.rows(Challenge))


class TestSignIn:
    """The host website's word for who is signed in."""

    def test_it_lets_look_but_not_change(self, world: World) -> None:
        standing = world.backend.identification.sign_in(CHAT, token(world))
        assert standing.signed_in and standing.may_view and not standing.may_change

    def test_it_never_lets_a_number_be_offered(self, world: World) -> None:
        world.backend.identification.sign_in(CHAT, token(world))
        offered = outcome(world.backend.phone_numbers.offer, CHAT, NEW_NUMBER)
        assert offered is ProofMissing

    def test_it_lasts_as_long_as_any_proof(self, world: World) -> None:
        world.backend.identification.sign_in(CHAT, token(world))
        world.clock.move(899)
        assert world.backend.identification.standing(CHAT).signed_in
        world.clock.move(1)
        assert not world.backend.identification.standing(CHAT).signed_in

    def test_it_lasts_as_long_as_the_token(self, world: World) -> None:
        hour = int(world.clock.now().timestamp()) + 3600
        world.backend.identification.sign_in(CHAT, token(world, exp=hour))
        world.clock.move(3599)
        assert world.backend.identification.standing(CHAT).signed_in
        world.clock.move(1)
        assert not world.backend.identification.standing(CHAT).signed_in

    def test_it_lasts_no_longer_than_a_session(self, world: World) -> None:
        forever = int(world.clock.now().timestamp()) + 10_000_000
        world.backend.identification.sign_in(CHAT, token(world, exp=forever))
        world.clock.move(86_400)
        assert not world.backend.identification.standing(CHAT).signed_in

    def test_the_subject_is_taken_when_there_is_no_email(self, world: World) -> None:
        signed = token(world, email=None, sub=MARIA)
        assert world.backend.identification.sign_in(CHAT, signed).signed_in

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"exp": 1}, "expired"),
            ({"nbf": 4_000_000_000}, "early"),
            ({"nbf": "soon"}, "claims"),
            ({"exp": None}, "claims"),
            ({"exp": 1e300}, "claims"),
            ({"aud": None}, "claims"),
            ({"aud": "another"}, "audience"),
            ({"email": None}, "claims"),
            ({"email": 7}, "claims"),
            ({"email": "nobody@example.com"}, "unknown_account"),
            ({"key": "another key that is 32 characters long"}, "unreadable"),
        ],
    )
    def test_a_wrong_token_is_refused(
        self, world: World, changed: dict[str, Any], reason: str
    ) -> None:
        with pytest.raises(IdentityTokenInvalid) as refused:
            world.backend.identification.sign_in(CHAT, token(world, **changed))
        assert refused.value.reason == reason
        assert world.backend.identification.standing(CHAT) == NOTHING

    @pytest.mark.parametrize("algorithm", ["none", "HS384", "HS512"])
    def test_another_algorithm_is_refused(self, world: World, algorithm: str) -> None:
        claims = {"email": MARIA, "aud": "switchboard", "exp": 4_000_000_000}
        key = "" if algorithm == "none" else TOKEN_KEY * 2
        signed = jwt.encode(claims, key, algorithm=algorithm)
        with pytest.raises(IdentityTokenInvalid) as refused:
            world.backend.identification.sign_in(CHAT, signed)
        assert refused.value.reason == "unreadable"

    @pytest.mark.parametrize("text", ["", "a.b.c", "not a token", "a" * 5000])
    def test_what_is_no_token_is_refused(self, world: World, text: str) -> None:
        signed = outcome(world.backend.identification.sign_in, CHAT, text)
        assert signed is IdentityTokenInvalid

    def test_without_a_key_every_token_is_refused(
        self, sessions: Sessions, clock: ManualClock
    ) -> None:
        other = make_world(sessions, clock)
        with pytest.raises(IdentityTokenInvalid) as refused:
            other.backend.identification.sign_in(CHAT, token(other))
        assert refused.value.reason == "unset"

    def test_it_is_noted(self, world: World) -> None:
        world.backend.identification.sign_in(CHAT, token(world))
        (event,) = world.rows(AuditEvent)
        assert (event.name, event.account_id) == ("signed_in", world.accounts[MARIA])

    def test_an_account_that_is_not_active_is_refused(self, world: World) -> None:
        close(world, MARIA, "suspended")
        signed = outcome(world.backend.identification.sign_in, CHAT, token(world))
        assert signed is IdentityTokenInvalid

    def test_signing_in_as_somebody_else_ends_the_first_proof(
        self, world: World
    ) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        standing = world.backend.identification.sign_in(CHAT, token(world))
        assert standing.may_view and not standing.may_change


def test_a_stale_proof_is_told_apart_from_none(world: World) -> None:
    world.identify()
    world.clock.move(301)
    offered = outcome(world.backend.phone_numbers.offer, CHAT, NEW_NUMBER)
    assert offered is ProofStale


class TestByEmail:
    """A code that was asked for by e-mail."""

    def test_it_goes_to_the_address_that_was_given(self, world: World) -> None:
        world.add("dana@example.com", "dana.work@example.com")
        world.backend.identification.begin(CHAT, "dana.work@example.com", by="email")
        assert world.sent_to("dana.work@example.com")
        assert not world.sent_to("dana@example.com")

    def test_it_goes_to_the_first_address_behind_a_number(self, world: World) -> None:
        sent = world.backend.identification.begin(CHAT, MARIAS_NUMBER, by="email")
        assert (sent.to_masked, sent.by) == ("", "email")
        assert world.sent_to(MARIA) and not world.sent_to(MARIAS_NUMBER)

    def test_it_lets_look_but_not_change(self, world: World) -> None:
        world.backend.identification.begin(CHAT, MARIA, by="email")
        standing = world.backend.identification.check(CHAT, world.code_to(MARIA))
        assert standing.methods == ("email",)
        assert standing.may_view and not standing.may_change

    def test_it_is_told_of_a_known_account(self, world: World) -> None:
        world.identify()
        sent = world.backend.identification.begin_known(CHAT, by="email")
        assert (sent.to_masked, sent.by) == ("m•••@example.com", "email")

    def test_an_account_without_an_address_gets_none(self, world: World) -> None:
        world.identify()
        with world.sessions.begin() as session:
            session.query(EmailAddress).update({"verified_at": None})
        begun = outcome(lambda: begin_known_by_email(world))
        assert begun is NoAuthenticator

    @pytest.mark.parametrize("contact", [MARIA, MARIAS_NUMBER, NOBODY])
    def test_a_new_one_goes_by_email_again(self, world: World, contact: str) -> None:
        world.backend.identification.begin(CHAT, contact, by="email")
        world.clock.move(60)
        assert world.backend.identification.resend(CHAT).by == "email"
        assert not world.sent_to(MARIAS_NUMBER)

    @pytest.mark.parametrize("contact", [OMAR, NOBODY])
    def test_one_that_went_by_email_unasked_is_not_told(
        self, world: World, contact: str
    ) -> None:
        world.backend.identification.begin(CHAT, contact)
        world.clock.move(60)
        assert world.backend.identification.resend(CHAT).by == "sms"

    def test_a_new_one_goes_another_way_when_it_is_asked_for(
        self, world: World
    ) -> None:
        world.backend.identification.begin(CHAT, MARIA, by="email")
        world.clock.move(60)
        assert world.backend.identification.resend(CHAT, by="sms").by == "sms"
        assert world.sent_to(MARIAS_NUMBER)[-1].by == "sms"

    def test_the_code_of_a_known_account_goes_by_email_again(
        self, world: World
    ) -> None:
        world.identify()
        begin_known_by_email(world)
        world.clock.move(60)
        sent = world.backend.identification.resend(CHAT)
        assert (sent.to_masked, sent.by) == ("m•••@example.com", "email")

    def test_a_code_to_a_new_number_never_goes_by_email(self, world: World) -> None:
        world.identify()
        world.backend.phone_numbers.offer(CHAT, NEW_NUMBER)
        world.clock.move(60)
        assert world.backend.identification.resend(CHAT, by="email").by == "sms"
        assert len(world.sent_to(NEW_NUMBER)) == 2


def begin_known_by_email(world: World) -> CodeSent:
    return world.backend.identification.begin_known(CHAT, by="email")


def test_a_code_that_may_not_leave_yet_can_be_asked_for_again_later(
    world: World,
) -> None:
    identification = world.backend.identification
    identification.begin(OTHER_CHAT, MARIA)
    assert outcome(identification.begin, CHAT, MARIA) is SendTooSoon
    assert not identification.standing(CHAT).code_pending
    world.clock.move(60)
    assert isinstance(identification.resend(CHAT), CodeSent)
    identification.check(CHAT, world.code_to(MARIAS_NUMBER))
    assert identification.standing(CHAT).may_change


def test_a_contact_given_again_too_soon_leaves_its_code_open(world: World) -> None:
    identification = world.backend.identification
    identification.begin(CHAT, MARIA)
    assert outcome(identification.begin, CHAT, MARIA) is SendTooSoon
    assert identification.standing(CHAT).code_pending


def test_another_contact_that_gets_no_code_now_closes_the_first_ones(
    world: World,
) -> None:
    identification = world.backend.identification
    identification.begin(OTHER_CHAT, JAMES)
    identification.begin(CHAT, MARIA)
    assert outcome(identification.begin, CHAT, JAMES) is SendTooSoon
    assert not identification.standing(CHAT).code_pending
    code = world.code_to(MARIAS_NUMBER)
    assert outcome(identification.check, CHAT, code) is NoCodePending
