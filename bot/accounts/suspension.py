"""Suspension: what a loss or a guest calls for, at once and on little proof.

Stopping a number needs less proof than replacing one: being late costs more than
being wrong, and a link takes it back (SP 800-63B-4, 4.3 and 4.5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.choosing import choose
from bot.accounts.errors import NothingToSuspend, NumberInUse
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
from bot.verification.proofs import Proofs

# How what the team does is told from what a person has proved.
BY_TEAM = "agent"


@dataclass(frozen=True)
class Grounds:
    """What a suspension rests on: a proof of the owner's, or the team's word."""

    account_id: str
    conversation_id: str
    method: str


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
            grounds = Grounds(proof.account_id, conversation_id, proof.method)
            self._carry_out(session, grounds, chosen)
        self._outbox.wake()
        return tuple(number.masked for number in chosen)

    def suspend_for(
        self, session: Session, account_id: str, number_id: str, *, conversation_id: str
    ) -> str:
        """Suspend one number on the team's word, in its transaction; gives it masked.

        Raises:
            NothingToSuspend: it is no verified number of the account.
        """
        lock_accounts(session, [account_id])
        verified = PhoneNumberRepository(session).of_account(
            account_id, states=("verified",)
        )
        chosen = [number for number in verified if number.id == number_id]
        if not chosen:
            raise NothingToSuspend
        grounds = Grounds(account_id, conversation_id, BY_TEAM)
        self._carry_out(session, grounds, chosen)
        return chosen[0].masked

    def return_for(
        self, session: Session, account_id: str, number_id: str, *, conversation_id: str
    ) -> str | None:
        """Verify a suspended number again on the word of two of the team.

        Gives it masked; None when it is no suspended number of the account.

        Raises:
            NumberInUse: as many other accounts as may have it by now.
        """
        lock_accounts(session, [account_id])
        suspended = PhoneNumberRepository(session).of_account(
            account_id, states=("suspended",)
        )
        chosen = [number for number in suspended if number.id == number_id]
        if not chosen:
            return None
        self._rebinding.count_anew(session, account_id)
        self._rebinding.end_what_was_open(session, account_id, but_in=conversation_id)
        if not self._rebinding.put_back(
            session, number_id, account_id=account_id, state="suspended"
        ):
            raise NumberInUse
        self._rebinding.hand_over_codes(session, account_id)
        self._tell_return(session, account_id, chosen[0], conversation_id)
        return chosen[0].masked

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

    def _carry_out(
        self, session: Session, grounds: Grounds, chosen: Sequence[PhoneNumber]
    ) -> None:
        url = self._offer_undo(session, grounds, chosen)
        self._suspend(session, grounds, chosen)
        self._tell(session, grounds, chosen, url)

    def _suspend(
        self, session: Session, grounds: Grounds, chosen: Sequence[PhoneNumber]
    ) -> None:
        # A proof that the lost phone gave elsewhere would still change the number.
        self._rebinding.end_what_was_open(
            session, grounds.account_id, but_in=grounds.conversation_id
        )
        for number in chosen:
            self._rebinding.suspend(session, number.id)
            self._journal.note(
                session,
                "number_suspended",
                account_id=grounds.account_id,
                conversation_id=grounds.conversation_id,
                number_id=number.id,
                method=grounds.method,
            )
        self._rebinding.hand_over_codes(session, grounds.account_id)

    def _offer_undo(
        self, session: Session, grounds: Grounds, chosen: Sequence[PhoneNumber]
    ) -> str:
        return self._undo_links.offer(
            session,
            "number_suspended",
            account_id=grounds.account_id,
            numbers=" ".join(number.id for number in chosen),
            codes_id=next((number.id for number in chosen if number.gets_codes), None),
        )

    def _tell(
        self,
        session: Session,
        grounds: Grounds,
        chosen: Sequence[PhoneNumber],
        url: str,
    ) -> None:
        """Write to every address; the numbers may be in other hands."""
        self._notices.mail(
            session,
            grounds.account_id,
            "number_suspended_by_owner",
            last_digits=", ".join(number.masked[-4:] for number in chosen),
            undo_url=url,
        )

    def _tell_return(
        self,
        session: Session,
        account_id: str,
        number: PhoneNumber,
        conversation_id: str,
    ) -> None:
        self._journal.note(
            session,
            "number_returned",
            account_id=account_id,
            conversation_id=conversation_id,
            number_id=number.id,
            method=BY_TEAM,
        )
        self._notices.mail(
            session, account_id, "number_returned", last_digits=number.masked[-4:]
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
