"""Suspension: what a loss or a guest calls for, at once and on little proof.

Stopping a number needs less proof than replacing one: being late costs more than
being wrong, and a link takes it back (SP 800-63B-4, 4.3 and 4.5).
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.accounts.choosing import choose
from bot.accounts.errors import NothingToSuspend
from bot.accounts.journal import Journal
from bot.accounts.models import PhoneNumber
from bot.accounts.notices import Notices
from bot.accounts.rebinding import Rebinding
from bot.accounts.repository import PhoneNumberRepository, lock_accounts
from bot.accounts.undo_links import UndoLinks
from bot.clock import Clock
from bot.database import Sessions
from bot.telephony.outbox import Outbox
from bot.verification.bindings import Bindings
from bot.verification.models import Proof
from bot.verification.proofs import Proofs


class Suspension:
    """Acts for whoever may look at the account, by any method."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        proofs: Proofs,
        rebinding: Rebinding,
        bindings: Bindings,
        undo_links: UndoLinks,
        notices: Notices,
        journal: Journal,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._proofs = proofs
        self._rebinding = rebinding
        self._bindings = bindings
        self._undo_links = undo_links
        self._notices = notices
        self._journal = journal
        self._outbox = outbox

    def suspend(
        self, conversation_id: str, which: str | None = None
    ) -> tuple[str, ...]:
        """Let numbers get no codes and prove nothing; gives them masked.

        All of them, or the one that is meant: see `choose`.

        Raises:
            ProofMissing: the account may not be looked at here.
            NothingToSuspend: it has no verified number.
            WhichNumber: none of several is meant.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            lock_accounts(session, [proof.account_id])
            chosen = _chosen(session, proof.account_id, which)
            url = self._offer_undo(session, proof, chosen)
            self._suspend(session, proof, chosen)
            self._tell(session, proof, chosen, url)
        self._outbox.wake()
        return tuple(number.masked for number in chosen)

    def secure(self, conversation_id: str) -> None:
        """End what others may have begun: proofs elsewhere, and every open code.

        Raises:
            ProofMissing: the account may not be looked at here.
        """
        with self._sessions.begin() as session:
            proof = self._proofs.require_view(session, conversation_id)
            account_id, now = proof.account_id, self._clock.now()
            self._bindings.void_every_code(session, account_id, now=now)
            self._proofs.revoke_elsewhere(
                session, account_id, conversation_id=conversation_id
            )
            self._bindings.tell(
                session,
                "account_secured",
                account_id=account_id,
                conversation_id=conversation_id,
                event="account_secured",
            )
        self._outbox.wake()

    def _suspend(
        self, session: Session, proof: Proof, chosen: Sequence[PhoneNumber]
    ) -> None:
        # A proof that the lost phone gave elsewhere would still change the number.
        self._rebinding.end_what_was_open(
            session, proof.account_id, but_in=proof.conversation_id
        )
        for number in chosen:
            self._rebinding.suspend(session, number.id)
            self._journal.note(
                session,
                "number_suspended",
                account_id=proof.account_id,
                conversation_id=proof.conversation_id,
                number_id=number.id,
                method=proof.method,
            )
        self._rebinding.hand_over_codes(session, proof.account_id)

    def _offer_undo(
        self, session: Session, proof: Proof, chosen: Sequence[PhoneNumber]
    ) -> str:
        return self._undo_links.offer(
            session,
            "number_suspended",
            account_id=proof.account_id,
            numbers=" ".join(number.id for number in chosen),
            codes_id=next((number.id for number in chosen if number.gets_codes), None),
        )

    def _tell(
        self, session: Session, proof: Proof, chosen: Sequence[PhoneNumber], url: str
    ) -> None:
        """Write to every address; the numbers may be in other hands."""
        self._notices.mail(
            session,
            proof.account_id,
            "number_suspended_by_owner",
            last_digits=", ".join(number.masked[-4:] for number in chosen),
            undo_url=url,
        )


def _chosen(
    session: Session, account_id: str, which: str | None
) -> Sequence[PhoneNumber]:
    numbers = PhoneNumberRepository(session).of_account(
        account_id, states=("verified",)
    )
    if not numbers:
        raise NothingToSuspend
    meant = choose(numbers, which) if which else None
    return [meant] if meant else numbers
