"""Two-factor: an app and saved codes are set up, shown once, and taken off."""

import re
from dataclasses import dataclass

import segno
from sqlalchemy.orm import Session

from bot.accounts.errors import LastFactor
from bot.accounts.rebinding import Rebinding
from bot.clock import Clock
from bot.database import Sessions, reading
from bot.telephony.outbox import Outbox
from bot.verification.authenticators import Authenticators
from bot.verification.bindings import Bindings
from bot.verification.errors import NoApp
from bot.verification.proofs import Proofs
from bot.verification.recovery import RecoveryCodes
from bot.verification.showings import Body, Showings
from bot.verification.totp import Enrolment, Totp


@dataclass(frozen=True)
class TwoFactorState:
    """What an account can prove a sign-in with."""

    app: bool
    numbers: int
    recovery_codes_left: int


class TwoFactor:
    """Sets factors up in a chat; secrets go to showings, and are returned by id."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        totp: Totp,
        recovery_codes: RecoveryCodes,
        showings: Showings,
        authenticators: Authenticators,
        proofs: Proofs,
        rebinding: Rebinding,
        bindings: Bindings,
        outbox: Outbox,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._totp = totp
        self._recovery_codes = recovery_codes
        self._showings = showings
        self._authenticators = authenticators
        self._proofs = proofs
        self._rebinding = rebinding
        self._bindings = bindings
        self._outbox = outbox

    def state(self, conversation_id: str) -> TwoFactorState:
        """What is set up now.

        Raises:
            ProofMissing: no account is in view.
        """
        with reading(self._sessions) as session:
            account_id = self._proofs.require_view(session, conversation_id).account_id
            usable = self._authenticators.count_usable(session, account_id)
            left = self._recovery_codes.left(session, account_id)
        return TwoFactorState("totp" in usable, usable.get("sms", 0), left)

    def enrol_app(self, conversation_id: str) -> str:
        """Make a secret for an app and show it; `confirm_app` turns the app on.

        Raises:
            ProofMissing, ProofStale, SecondProofMissing, NoAuthenticator: not here.
        """
        enrolment = self._totp.draw()
        # Drawing takes a while, so no transaction is open here.
        body = _body_of(enrolment)
        with self._sessions.begin() as session:
            self._totp.await_code(session, conversation_id, enrolment)
            return self._showings.put(session, conversation_id, "totp", body)

    def confirm_app(self, conversation_id: str, code: str) -> None:
        """Turn the app on with its first code.

        Raises:
            As `Totp.confirm`.
        """
        self._totp.confirm(conversation_id, code)

    def remove_app(self, conversation_id: str) -> None:
        """Take the app off the account, and end proofs given elsewhere.

        Raises:
            ProofMissing, ProofStale, SecondProofMissing, NoAuthenticator: not here.
            NoApp: there is none.
            LastFactor: no number could prove a change without it.
        """
        with self._sessions.begin() as session:
            seen = self._proofs.require_view(session, conversation_id)
            # A number must not be taken off at the same moment.
            self._rebinding.take_turns(session, seen.account_id)
            proof = self._proofs.require_change(session, conversation_id)
            self._refuse_last(session, proof.account_id)
            self._rebinding.end_what_was_open(
                session, proof.account_id, but_in=conversation_id
            )
            self._authenticators.retire_kind(
                session, proof.account_id, "totp", now=self._clock.now()
            )
            self._bindings.tell(
                session,
                "authenticator_removed",
                account_id=proof.account_id,
                conversation_id=conversation_id,
                event="totp_removed",
            )
        self._outbox.wake()

    def issue_recovery_codes(self, conversation_id: str) -> str:
        """Make a new set of codes and show it; the set before no longer works.

        Raises:
            ProofMissing, ProofStale, SecondProofMissing, NoAuthenticator: not here.
        """
        with self._sessions.begin() as session:
            codes = self._recovery_codes.renew(session, conversation_id)
            showing = self._showings.put(
                session, conversation_id, "recovery_codes", {"codes": codes}
            )
        self._outbox.wake()
        return showing

    def _refuse_last(self, session: Session, account_id: str) -> None:
        usable = self._authenticators.count_usable(session, account_id)
        if "totp" not in usable:
            raise NoApp
        if "sms" not in usable:
            raise LastFactor


def _body_of(enrolment: Enrolment) -> Body:
    """A secret to type, a link to tap and a picture to scan: the same three times."""
    picture = segno.make_qr(enrolment.uri, error="m")
    return {
        "secret": " ".join(re.findall("....", enrolment.secret)),
        "otpauth_uri": enrolment.uri,
        "qr_svg": picture.svg_data_uri(scale=4, light="#fff"),
    }
