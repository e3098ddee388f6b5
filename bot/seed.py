"""The demo's people, made once; what they keep to themselves is told when made."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.accounts.demo import (
    HAS_APP,
    HAS_RECOVERY_CODES,
    PEOPLE,
    SIGN_INS,
    WAITS_BECAUSE,
    WAITS_FOR_CODE,
    DemoPerson,
)
from bot.accounts.errors import SeedRefused
from bot.accounts.models import Account, EmailAddress, PhoneNumber, SignIn, new_id
from bot.clock import Clock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints
from bot.privacy.secrets import keys_of
from bot.settings import Settings
from bot.telephony.addresses import mask
from bot.telephony.models import Delivery
from bot.verification.models import Authenticator, Challenge, sign_in_thread
from bot.verification.randomness import FixedRandomness
from bot.verification.recovery import RecoveryCodes
from bot.verification.totp import SECRET_BYTES

WAITING = timedelta(minutes=2)


class Services(Protocol):
    """What seeding needs of the product."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def fingerprints(self) -> Fingerprints: ...
    @property
    def recovery_codes(self) -> RecoveryCodes: ...


@dataclass
class Seeded:
    """Who was made now, and the secrets that they were given, shown this once.

    Everybody's demo has the same secrets: they protect made-up people.
    """

    created: list[str] = field(default_factory=list)
    totp_secret: str | None = None
    recovery_codes: tuple[str, ...] = ()


def seed(services: Services, *, people: Iterable[DemoPerson] = ()) -> Seeded:
    """Make the demo's people, and more, who are not there yet.

    Raises:
        SeedRefused: this is not the demo.
    """
    if not services.settings.demo:
        raise SeedRefused
    sower = _Sower(services)
    with services.sessions.begin() as session:
        for person in (*PEOPLE, *people):
            sower.add(session, person)
    return sower.seeded


class _Sower:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._now = services.clock.now()
        keys = keys_of(services.settings)
        self._cipher = Cipher(*keys.every("encryption"))
        self._fingerprints = services.fingerprints
        self.seeded = Seeded()

    def add(self, session: Session, person: DemoPerson) -> None:
        """Make a person, unless the address is taken."""
        fingerprint = self._fingerprints.of("email", person.email)
        taken = select(EmailAddress.id).where(EmailAddress.fingerprint == fingerprint)
        if session.scalars(taken).one_or_none():
            return
        account = Account(
            id=new_id(),
            display_name=person.name,
            language=person.language,
            created_at=self._now,
        )
        session.add(account)
        session.flush()
        session.add(self._email(account.id, person.email))
        for place, number in enumerate(self._free(session, person.numbers)):
            self._add_number(session, account.id, number, place)
        self._add_secrets(session, account.id, person)
        session.add_all(self._sign_ins(account.id, person.email))
        self.seeded.created.append(person.email)

    def _email(self, account_id: str, address: str) -> EmailAddress:
        return EmailAddress(
            account_id=account_id,
            address_encrypted=self._cipher.encrypt(address),
            fingerprint=self._fingerprints.of("email", address),
            masked=mask(address),
            verified_at=self._now,
        )

    def _free(self, session: Session, numbers: Iterable[str]) -> list[str]:
        """The numbers that nobody has: who changed address may have kept theirs."""
        return [number for number in numbers if not self._is_had(session, number)]

    def _is_had(self, session: Session, number: str) -> bool:
        query = select(PhoneNumber.id).where(
            PhoneNumber.fingerprint == self._fingerprints.of("phone", number),
            PhoneNumber.state == "verified",
        )
        return session.scalars(query.limit(1)).one_or_none() is not None

    def _sign_ins(self, account_id: str, email: str) -> list[SignIn]:
        return [
            SignIn(
                account_id=account_id,
                method=made.method,
                device=made.device,
                place=made.place,
                succeeded=made.succeeded,
                at=self._now - made.ago,
            )
            for made in SIGN_INS.get(email, ())
        ]

    def _add_number(
        self, session: Session, account_id: str, number: str, place: int
    ) -> None:
        row = PhoneNumber(
            id=new_id(),
            account_id=account_id,
            number_encrypted=self._cipher.encrypt(number),
            fingerprint=self._fingerprints.of("phone", number),
            masked=mask(number),
            state="verified",
            slot=0,
            gets_codes=place == 0,
            line_type="mobile",
            added_at=self._now + timedelta(seconds=place),
            verified_at=self._now,
        )
        session.add(row)
        session.flush()
        session.add(self._authenticator(account_id, "sms", phone_number_id=row.id))

    def _add_secrets(
        self, session: Session, account_id: str, person: DemoPerson
    ) -> None:
        chance = FixedRandomness(seed=person.email)
        if person.email == HAS_APP:
            secret = base64.b32encode(chance.octets(SECRET_BYTES)).decode()
            sealed = self._cipher.encrypt(secret)
            session.add(
                self._authenticator(account_id, "totp", secret_encrypted=sealed)
            )
            self.seeded.totp_secret = secret
        if person.email == HAS_RECOVERY_CODES:
            self.seeded.recovery_codes = self._services.recovery_codes.make(
                session, account_id, randomness=chance
            )
        if person.email == WAITS_FOR_CODE:
            self._add_lost_code(session, account_id, person.numbers[0])

    def _authenticator(
        self, account_id: str, kind: str, **values: str | bytes
    ) -> Authenticator:
        return Authenticator(
            account_id=account_id,
            kind=kind,
            created_at=self._now,
            enabled_at=self._now,
            **values,
        )

    def _add_lost_code(self, session: Session, account_id: str, number: str) -> None:
        """Add a code of the website's own sign-in that did not arrive."""
        sent_at = self._now - WAITING
        fingerprint = self._fingerprints.of("phone", number)
        delivery = self._lost_delivery(number, fingerprint, sent_at)
        session.add(delivery)
        session.add(
            Challenge(
                conversation_id=sign_in_thread(account_id),
                position=1,
                account_id=account_id,
                destination_fingerprint=fingerprint,
                limit_key=f"account:{account_id}",
                purpose="sign_in",
                by="sms",
                asked_by="sms",
                told=True,
                code_hmac=FixedRandomness(seed=account_id).octets(32).hex(),
                guesses_allowed=self._services.settings.code_guesses,
                created_at=sent_at,
                expires_at=sent_at
                + timedelta(seconds=self._services.settings.code_lifetime),
                delivery_id=delivery.id,
            )
        )

    def _lost_delivery(
        self, number: str, fingerprint: str, sent_at: datetime
    ) -> Delivery:
        return Delivery(
            id=new_id(),
            by="sms",
            to_encrypted=self._cipher.encrypt(number),
            to_fingerprint=fingerprint,
            to_masked=mask(number),
            purpose="sign_in",
            state="undelivered",
            error_code=WAITS_BECAUSE,
            created_at=sent_at,
            sent_at=sent_at,
            finished_at=self._now,
        )
