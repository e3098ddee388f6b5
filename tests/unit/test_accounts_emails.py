"""E-mail addresses: who sees them, what a change needs, and what it does."""

import pytest

from bot.accounts.emails import EmailChanged
from bot.accounts.errors import (
    EmailInUse,
    EmailUnchanged,
    EmailUnreadable,
    WhichEmail,
)
from bot.accounts.models import Account, AuditEvent, EmailAddress, OfferedEmail
from bot.clock import ManualClock
from bot.database import Sessions
from bot.verification.errors import (
    CodeWrong,
    NoCodePending,
    PossessionMissing,
    ProofMissing,
    ProofStale,
)
from bot.verification.models import Challenge, Proof
from tests.unit.undoing import token_to
from tests.unit.world import (
    CHAT,
    JAMES,
    JAMES_NUMBER,
    MARIA,
    MARIAS_NUMBER,
    OTHER_CHAT,
    World,
    make_world,
    outcome,
    statements,
)

NEW = "maria.new@example.org"
ANA = "ana@example.com"
ANAS_OTHER = "ana@work.example"
ANAS_NUMBER = "+17875550110"
DAY = 86_400


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    """Beside the others there is Ana, who has two addresses."""
    world = make_world(sessions, clock)
    world.add(ANA, numbers=(ANAS_NUMBER,))
    clock.move(60)
    with world.sessions.begin() as session:
        session.add(world._email(world.accounts[ANA], ANAS_OTHER, clock.now()))
    return world


def offer(world: World, address: str = NEW, **chosen: str) -> object:
    return outcome(lambda: world.backend.emails.offer(CHAT, address, **chosen))


def prove(world: World, address: str = NEW, chat: str = CHAT, **chosen: str) -> None:
    """Offer a new address and prove that its mail can be read."""
    world.backend.emails.offer(chat, address, **chosen)
    world.backend.emails.confirm(chat, world.code_to(address))


def change(world: World, chat: str = CHAT) -> object:
    return outcome(world.backend.emails.change, chat)


def addresses(world: World, email: str = MARIA) -> set[str]:
    """The masked addresses that are verified."""
    rows = world.rows(
        EmailAddress,
        EmailAddress.account_id == world.accounts[email],
        EmailAddress.verified_at.is_not(None),
    )
    return {row.masked for row in rows}


def subjects(world: World, address: str) -> list[str]:
    return [message.text.splitlines()[0] for message in world.sent_to(address)]


def test_addresses_are_shown_masked_to_who_may_look(world: World) -> None:
    assert outcome(world.backend.emails.view, CHAT) is ProofMissing
    world.identify(ANA, ANAS_NUMBER)
    assert world.backend.emails.view(CHAT) == ("a•••@example.com", "a•••@work.example")


class TestOffers:
    """A new address is read, and a code goes there."""

    def test_a_code_goes_to_the_new_address_by_mail(self, world: World) -> None:
        world.identify()
        sent = world.backend.emails.offer(CHAT, f" {NEW.upper()} ")
        assert (sent.to_masked, sent.by) == ("m•••@example.org", "email")
        assert len(world.sent_to(NEW)) == 1

    def test_a_proof_is_needed(self, world: World) -> None:
        assert offer(world) is ProofMissing
        world.identify()
        world.clock.move(301)
        assert offer(world) is ProofStale

    @pytest.mark.parametrize(
        "text",
        [
            "maria",
            "maria@",
            "@example.org",
            "maria@example",
            "maria@exa mple.org",
            "maria@example..org",
            "maria@-example.org",
            "maria@example.org, eve@example.org",
            "Maria <maria@example.org>",
            "maria@example.org\nBcc: eve@example.org",
            "maria@exam_ple!.org",
            f"{'m' * 65}@example.org",
            f"maria@{'e' * 64}.org",
            f"maria@{'example.' * 40}org",
            "",
        ],
    )
    def test_what_mail_cannot_be_sent_to_is_refused(
        self, world: World, text: str
    ) -> None:
        world.identify()
        assert offer(world, text) is EmailUnreadable
        assert not world.rows(OfferedEmail)

    @pytest.mark.parametrize(
        "text", ["maría@correo.example", "o'neil+bank@sub.example.co.uk", "m@x-y.org"]
    )
    def test_what_mail_can_be_sent_to_is_taken(self, world: World, text: str) -> None:
        world.identify()
        offer(world, text)
        assert len(world.sent_to(text)) == 1

    def test_an_address_that_the_account_has_is_refused(self, world: World) -> None:
        world.identify()
        assert offer(world, MARIA.upper()) is EmailUnchanged

    def test_of_several_addresses_one_has_to_be_meant(self, world: World) -> None:
        world.identify(ANA, ANAS_NUMBER)
        with pytest.raises(WhichEmail) as refused:
            world.backend.emails.offer(CHAT, NEW)
        assert refused.value.choices == ("a•••@example.com", "a•••@work.example")

    @pytest.mark.parametrize(
        ("which", "replaced"),
        [
            ("1", ANA),
            ("2", ANAS_OTHER),
            ("last", ANAS_OTHER),
            ("other", ANAS_OTHER),
            ("work", ANAS_OTHER),
            ("Example.com", ANA),
            (ANA, ANA),
        ],
    )
    def test_it_may_be_meant_by_place_or_by_a_part(
        self, world: World, which: str, replaced: str
    ) -> None:
        world.identify(ANA, ANAS_NUMBER)
        prove(world, which=which)
        world.backend.emails.change(CHAT)
        (gone,) = world.rows(EmailAddress, EmailAddress.removed_at.is_not(None))
        assert gone.fingerprint == world.fingerprints.of("email", replaced)

    @pytest.mark.parametrize("which", ["0", "3", "example", "a@nowhere.example", ""])
    def test_none_or_both_are_not_meant(self, world: World, which: str) -> None:
        world.identify(ANA, ANAS_NUMBER)
        assert offer(world, which=which) is WhichEmail

    def test_a_later_offer_takes_the_place_of_the_first(self, world: World) -> None:
        world.identify()
        world.backend.emails.offer(CHAT, NEW)
        world.backend.emails.offer(CHAT, "other@example.org")
        assert len(world.rows(OfferedEmail)) == 1

    def test_a_new_code_goes_to_the_offered_address_again(self, world: World) -> None:
        world.identify()
        world.backend.emails.offer(CHAT, NEW)
        world.clock.move(60)
        sent = world.backend.identification.resend(CHAT)
        assert (sent.to_masked, sent.by) == ("m•••@example.org", "email")
        world.backend.emails.confirm(CHAT, world.code_to(NEW))
        assert isinstance(change(world), EmailChanged)

    def test_no_new_code_goes_to_an_address_that_was_dropped(
        self, world: World
    ) -> None:
        world.identify()
        world.backend.emails.offer(CHAT, NEW)
        world.clock.move(60)
        with world.sessions.begin() as session:
            world.parts.new_emails.drop(session, CHAT)
        assert outcome(world.backend.identification.resend, CHAT) is NoCodePending

    def test_cancelling_forgets_the_offer(self, world: World) -> None:
        world.identify()
        world.backend.emails.offer(CHAT, NEW)
        world.backend.identification.cancel(CHAT)
        assert not world.rows(OfferedEmail)
        code = world.code_to(NEW)
        assert outcome(world.backend.emails.confirm, CHAT, code) is NoCodePending

    def test_an_address_in_use_and_a_free_one_take_the_same_statements(
        self, world: World
    ) -> None:
        seen = []
        world.identify()
        for address in (NEW, JAMES):
            with statements(world.sessions) as made:
                world.backend.emails.offer(CHAT, address)
            seen.append(made)
        assert seen[0] == seen[1]


class TestRefusals:
    """Every guard refuses, and nothing changes."""

    @pytest.fixture(autouse=True)
    def nothing_changed(self, world: World) -> object:
        yield
        assert addresses(world) == {"m•••@example.com"}
        assert not world.rows(AuditEvent, AuditEvent.name == "email_changed")

    def test_without_any_proof(self, world: World) -> None:
        assert change(world) is ProofMissing

    def test_without_an_offered_address(self, world: World) -> None:
        world.identify()
        assert change(world) is PossessionMissing

    def test_without_proof_of_the_new_address(self, world: World) -> None:
        world.identify()
        world.backend.emails.offer(CHAT, NEW)
        assert change(world) is PossessionMissing

    def test_with_a_wrong_code_to_the_new_address(self, world: World) -> None:
        world.identify()
        world.backend.emails.offer(CHAT, NEW)
        wrong = world.wrong_code(NEW)
        assert outcome(world.backend.emails.confirm, CHAT, wrong) is CodeWrong
        assert change(world) is PossessionMissing

    def test_with_proof_of_another_new_address(self, world: World) -> None:
        world.identify()
        prove(world, "other@example.org")
        world.backend.emails.offer(CHAT, NEW)
        assert change(world) is PossessionMissing

    def test_confirming_without_a_proof(self, world: World) -> None:
        assert outcome(world.backend.emails.confirm, CHAT, "123456") is ProofMissing

    def test_five_minutes_and_a_second_after_the_proof(self, world: World) -> None:
        world.identify()
        prove(world)
        world.clock.move(301)
        assert change(world) is ProofStale

    def test_in_another_conversation(self, world: World) -> None:
        world.identify()
        prove(world)
        assert change(world, OTHER_CHAT) is ProofMissing
        world.clock.move(60)
        world.identify(chat=OTHER_CHAT)
        assert change(world, OTHER_CHAT) is PossessionMissing

    def test_with_proofs_of_two_accounts(self, world: World) -> None:
        world.identify()
        prove(world)
        world.identify(JAMES, JAMES_NUMBER)
        assert change(world) is PossessionMissing

    def test_of_an_account_that_was_suspended_since(self, world: World) -> None:
        world.identify()
        prove(world)
        with world.sessions.begin() as session:
            session.get_one(Account, world.accounts[MARIA]).status = "suspended"
        assert change(world) is ProofMissing

    def test_an_address_in_use_is_told_to_its_reader_only(self, world: World) -> None:
        world.identify()
        world.backend.emails.offer(CHAT, JAMES)
        assert change(world) is PossessionMissing
        world.backend.emails.confirm(CHAT, world.code_to(JAMES))
        assert change(world) is EmailInUse
        (noted,) = world.rows(AuditEvent, AuditEvent.name == "email_in_use")
        assert noted.account_id == world.accounts[MARIA]
        assert "Se cambió" not in " ".join(subjects(world, MARIA))


class TestChange:
    """A change is whole, and everybody who should hears of it."""

    @pytest.fixture
    def changed(self, world: World) -> EmailChanged:
        world.identify()
        prove(world)
        return world.backend.emails.change(CHAT)

    def test_the_new_address_takes_the_place_of_the_old_one(
        self, world: World, changed: EmailChanged
    ) -> None:
        assert changed == EmailChanged("m•••@example.com", "m•••@example.org")
        assert addresses(world) == {"m•••@example.org"}
        assert not world.rows(OfferedEmail)

    def test_the_old_address_and_the_number_are_told_and_get_the_link(
        self, world: World, changed: EmailChanged
    ) -> None:
        assert "Se cambió un correo" in subjects(world, MARIA)[-1]
        assert token_to(world, MARIA) == token_to(world, MARIAS_NUMBER)

    def test_the_new_address_gets_no_link(
        self, world: World, changed: EmailChanged
    ) -> None:
        assert "undo" not in " ".join(message.text for message in world.sent_to(NEW))

    def test_every_other_address_is_told(self, world: World) -> None:
        world.identify(ANA, ANAS_NUMBER)
        prove(world, which="1")
        world.backend.emails.change(CHAT)
        for told in (ANA, ANAS_OTHER):
            assert "was changed" in subjects(world, told)[-1]

    def test_the_account_is_found_by_the_new_address_only(
        self, world: World, changed: EmailChanged
    ) -> None:
        world.clock.move(3600)
        for contact, arrived in ((MARIA, 0), (NEW, 1)):
            before = len(world.sent_to(MARIAS_NUMBER))
            world.backend.identification.begin(OTHER_CHAT, contact)
            assert len(world.sent_to(MARIAS_NUMBER)) - before == arrived

    def test_a_change_is_made_once(self, world: World, changed: EmailChanged) -> None:
        assert change(world) is PossessionMissing

    def test_it_is_noted_without_any_address(
        self, world: World, changed: EmailChanged
    ) -> None:
        (noted,) = world.rows(AuditEvent, AuditEvent.name == "email_changed")
        assert set(noted.data) == {"old_id", "new_id", "method"}
        assert "@" not in str(noted.data)

    def test_proofs_elsewhere_end_and_open_codes_are_void(self, world: World) -> None:
        world.identify(chat=OTHER_CHAT)
        world.clock.move(60)
        world.identify()
        prove(world)
        world.clock.move(120)
        world.backend.identification.begin("conversation-3", MARIA)
        world.backend.emails.change(CHAT)
        assert outcome(world.backend.emails.view, OTHER_CHAT) is ProofMissing
        assert world.backend.emails.view(CHAT)
        (open_code,) = world.rows(
            Challenge, Challenge.conversation_id == "conversation-3"
        )
        assert open_code.cancelled_at is not None

    def test_the_old_address_is_kept_for_a_day_and_then_free(
        self, world: World, changed: EmailChanged
    ) -> None:
        world.identify(JAMES, JAMES_NUMBER)
        prove(world, MARIA)
        assert change(world) is EmailInUse
        world.clock.move(DAY - 1)
        assert world.backend.retention.purge()["email_address"] == 0
        world.clock.move(1)
        assert world.backend.retention.purge()["email_address"] == 1
        world.identify(JAMES, JAMES_NUMBER)
        prove(world, MARIA)
        assert isinstance(change(world), EmailChanged)

    def test_an_address_that_left_can_come_back(
        self, world: World, changed: EmailChanged
    ) -> None:
        world.clock.move(60)
        prove(world, MARIA)
        assert world.backend.emails.change(CHAT) == EmailChanged(
            "m•••@example.org", "m•••@example.com"
        )
        assert addresses(world) == {"m•••@example.com"}

    def test_an_account_without_address_gets_its_first(self, world: World) -> None:
        world.identify()
        with world.sessions.begin() as session:
            rows = session.query(EmailAddress).filter_by(
                account_id=world.accounts[MARIA]
            )
            rows.delete()
        prove(world)
        assert world.backend.emails.change(CHAT) == EmailChanged(
            None, "m•••@example.org"
        )

    def test_an_offer_of_what_came_in_another_conversation_is_void(
        self, world: World
    ) -> None:
        world.identify()
        prove(world)
        row = world._email(world.accounts[MARIA], NEW, world.clock.now())
        with world.sessions.begin() as session:
            session.add(row)
        assert change(world) is EmailUnchanged

    def test_an_offer_to_replace_what_left_is_void(self, world: World) -> None:
        world.identify(ANA, ANAS_NUMBER)
        prove(world, which="1")
        with world.sessions.begin() as session:
            query = session.query(EmailAddress).filter_by(
                fingerprint=world.fingerprints.of("email", ANA)
            )
            query.update({"verified_at": None})
        assert change(world) is PossessionMissing

    def test_possession_is_used_up(self, world: World, changed: EmailChanged) -> None:
        (used,) = world.rows(Proof, Proof.scope == "possession")
        assert used.used_at is not None


def test_an_offer_that_was_not_taken_goes_after_a_day(world: World) -> None:
    world.identify()
    world.backend.emails.offer(CHAT, NEW)
    world.clock.move(DAY)
    assert world.backend.retention.purge()["offered_email"] == 0
    world.clock.move(1)
    assert world.backend.retention.purge()["offered_email"] == 1
