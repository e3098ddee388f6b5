"""The switch of e-mail addresses: all of it in one transaction, or nothing."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.directory import AccountDirectory, Address
from bot.accounts.email_rows import EmailRepository
from bot.accounts.errors import EmailInUse, EmailUnchanged
from bot.accounts.journal import Journal
from bot.accounts.models import EmailAddress, OfferedEmail, new_id
from bot.accounts.new_emails import NewEmails
from bot.accounts.notices import Notices
from bot.accounts.rebinding import Rebinding
from bot.accounts.repository import lock_accounts
from bot.accounts.undo_links import UndoLinks
from bot.clock import Clock
from bot.database import Sessions
from bot.telephony.outbox import Outbox
from bot.verification.errors import PossessionMissing
from bot.verification.models import Proof
from bot.verification.proofs import Proofs


@dataclass(frozen=True)
class EmailChanged:
    """A switch that was made; without an old address it was an addition."""

    old_masked: str | None
    new_masked: str


@dataclass(frozen=True)
class _Ids:
    """The rows of a switch; the new address may be one that the account had."""

    old_id: str | None
    new_id: str
    had: bool


class EmailSwitching:
    """Puts a proved new address in place of an old one."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        directory: AccountDirectory,
        new_emails: NewEmails,
        proofs: Proofs,
        rebinding: Rebinding,
        notices: Notices,
        undo_links: UndoLinks,
        journal: Journal,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._directory = directory
        self._new_emails = new_emails
        self._proofs = proofs
        self._rebinding = rebinding
        self._notices = notices
        self._undo_links = undo_links
        self._journal = journal
        self._outbox = outbox

    def switch(self, conversation_id: str) -> EmailChanged:
        """Make the switch that the conversation has proved both sides of.

        Raises:
            As `Emails.change`.
        """
        try:
            with self._sessions.begin() as session:
                changed = self._switch(session, conversation_id)
        except EmailInUse:
            self._note_in_use(conversation_id)
            raise
        self._outbox.wake()
        return changed

    def _switch(self, session: Session, conversation_id: str) -> EmailChanged:
        seen = self._proofs.require_view(session, conversation_id)
        lock_accounts(session, [seen.account_id])
        proof = self._proofs.require_change(session, conversation_id)
        new = self._new_emails.offered(session, conversation_id, proof.account_id)
        if new is None:
            raise PossessionMissing
        old = self._old(session, new)
        # Before the move: whether the address is taken is for its reader alone.
        self._proofs.use_possession(
            session,
            conversation_id,
            account_id=proof.account_id,
            number_fingerprint=new.fingerprint,
        )
        self._rebinding.end_what_was_open(
            session, proof.account_id, but_in=conversation_id
        )
        self._make(session, proof, new, old)
        self._new_emails.drop_all(session, proof.account_id)
        return EmailChanged(old.masked if old else None, new.masked)

    def _old(self, session: Session, new: OfferedEmail) -> Address | None:
        """The address to be replaced, as long as it is still on the account.

        Raises:
            PossessionMissing: it is gone, so what was offered is void.
            EmailUnchanged: the new one is on the account by now.
        """
        emails = self._directory.emails(session, new.account_id)
        if any(email.fingerprint == new.fingerprint for email in emails):
            raise EmailUnchanged
        if new.replaces_id is None:
            return None
        for email in emails:
            if email.id == new.replaces_id:
                return email
        raise PossessionMissing

    def _make(
        self, session: Session, proof: Proof, new: OfferedEmail, old: Address | None
    ) -> None:
        emails = EmailRepository(session)
        former_id = emails.former_id(proof.account_id, new.fingerprint)
        old_id = old.id if old else None
        ids = _Ids(old_id, former_id or new_id(), had=former_id is not None)
        # Before the move, too: the old address is to hear of it, the new one is not.
        self._tell(session, proof, ids)
        self._move(session, new, ids)

    def _move(self, session: Session, new: OfferedEmail, ids: _Ids) -> None:
        emails, now = EmailRepository(session), self._clock.now()
        account_id = new.account_id
        if ids.old_id and not emails.remove(ids.old_id, account_id=account_id, now=now):
            raise PossessionMissing
        if ids.had:
            emails.put_back(ids.new_id, account_id=account_id, now=now)
            return
        row = EmailAddress(
            id=ids.new_id,
            account_id=account_id,
            address_encrypted=new.address_encrypted,
            fingerprint=new.fingerprint,
            masked=new.masked,
            verified_at=now,
        )
        if not emails.add(row):
            raise EmailInUse

    def _tell(self, session: Session, proof: Proof, ids: _Ids) -> None:
        """Tell every address that is verified so far, and the number of the codes."""
        account_id = proof.account_id
        url = self._undo_links.offer(
            session,
            "email_changed",
            account_id=account_id,
            old_id=ids.old_id,
            new_id=ids.new_id,
        )
        self._notices.mail(session, account_id, "email_changed", undo_url=url)
        number = self._directory.code_number(session, account_id, fingerprint="")
        if number:
            self._notices.tell_number(
                session, account_id, number, "email_changed", undo_url=url
            )
        self._journal.note(
            session,
            "email_changed",
            account_id=account_id,
            conversation_id=proof.conversation_id,
            method=proof.method,
            old_id=ids.old_id,
            new_id=ids.new_id,
        )

    def _note_in_use(self, conversation_id: str) -> None:
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            self._journal.note(
                session,
                "email_in_use",
                account_id=proof.account_id,
                conversation_id=conversation_id,
            )
