"""Twilio Verify v2: codes that Twilio makes, words, sends and knows.

A verification keeps its code when it is sent again, and there is one for a number at a
time. Here a new code takes the place of the one before, so the verification before is
cancelled first: of two people who ask for codes to one number, the newest works.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from twilio.rest import Client

from bot.clock import Clock
from bot.database import Sessions, reading
from bot.privacy.cipher import Fingerprints
from bot.telephony.addresses import is_e164
from bot.telephony.errors import GatewayBusy, GatewayFailed
from bot.telephony.gateway import Gateway, Outgoing, Sent, Way
from bot.telephony.models import Delivery
from bot.telephony.purposes import is_made_elsewhere
from bot.telephony.twilio.failures import told_apart

PREFIX = "VE"
CHANNELS: dict[Way, str] = {"sms": "sms", "voice": "call"}
NOT_A_NUMBER, NOT_THERE, TOO_MANY_CHECKS = "60200", "20404", "60202"
# How long Twilio keeps one, unless its support was asked for another time.
LIFETIME = timedelta(minutes=10)

# `gone`: used, cancelled, expired, or never there; `spent`: checked too often.
Finding = Literal["right", "wrong", "gone", "spent"]


class Verifications:
    """The verifications of one Verify service."""

    def __init__(self, client: Client, service_sid: str) -> None:
        self._service = client.verify.v2.services(service_sid)

    def start(self, to: str, *, channel: str, language: str) -> str:
        """Send a code, the one that is open if there is one; gives its sid.

        Raises:
            GatewayFailed: it was not sent.
        """
        if not is_e164(to):
            raise GatewayFailed(NOT_A_NUMBER)
        with told_apart():
            made = self._service.verifications.create(
                to=to, channel=channel, locale=language
            )
            return str(made.sid)

    def cancel(self, sid: str) -> None:
        """Let a code count no more; one that is gone may be cancelled.

        Raises:
            GatewayFailed: it may still count.
        """
        try:
            with told_apart():
                self._service.verifications(sid).update(status="canceled")
        except GatewayFailed as error:
            if error.error_code != NOT_THERE:
                raise

    def check(self, sid: str, code: str) -> Finding:
        """Whether it is the code; a right one is used up.

        Raises:
            GatewayFailed: Twilio does not say.
        """
        try:
            with told_apart():
                found = self._service.verification_checks.create(
                    verification_sid=sid, code=code
                )
        except GatewayFailed as error:
            if error.error_code == NOT_THERE:
                return "gone"
            if error.error_code == TOO_MANY_CHECKS:
                return "spent"
            raise
        # A wrong code is no error: it is answered with `pending`.
        return "right" if found.status == "approved" else "wrong"


class VerifyGateway:
    """Sends codes that Twilio is to make; everything else goes by `rest`."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        fingerprints: Fingerprints,
        verifications: Verifications,
        rest: Gateway,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._fingerprints = fingerprints
        self._verifications = verifications
        self._rest = rest

    def send(self, message: Outgoing) -> Sent:
        if not is_made_elsewhere(message):
            return self._rest.send(message)
        self._cancel_those_before(message.to)
        sid = self._verifications.start(
            message.to, channel=CHANNELS[message.by], language=message.language
        )
        return Sent(sid, "sent")

    def find(self, message: Outgoing, *, since: datetime) -> Sequence[Sent]:
        """Of codes made elsewhere nothing: Twilio lists none."""
        if not is_made_elsewhere(message):
            return self._rest.find(message, since=since)
        return ()

    def _cancel_those_before(self, to: str) -> None:
        for sid in self._open(to):
            try:
                self._verifications.cancel(sid)
            except GatewayFailed as error:
                # Nothing was sent yet, so it may be tried again.
                raise GatewayBusy(error.error_code) from None

    def _open(self, to: str) -> Sequence[str]:
        """Verifications of a number that Twilio may still have, newest first."""
        query = (
            select(Delivery.provider_id)
            .where(
                Delivery.to_fingerprint == self._fingerprints.of("phone", to),
                Delivery.provider_id.startswith(PREFIX),
                Delivery.sent_at > self._clock.now() - LIFETIME,
            )
            .order_by(Delivery.sent_at.desc())
            .limit(1)
        )
        with reading(self._sessions) as session:
            return [sid for sid in session.scalars(query) if sid]
