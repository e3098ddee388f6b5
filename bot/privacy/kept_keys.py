"""Kept keys: what is found and checked by an HMAC is found under any secret."""

from collections.abc import Callable

from sqlalchemy import select

from bot.clock import Clock
from bot.database import Base, Sessions, insert_new, reading
from bot.privacy.cipher import Cipher, Fingerprints, Keys
from bot.privacy.errors import ValueUnreadable
from bot.privacy.models import KeptKey

PURPOSES = ("fingerprints", "recovery_codes")


class KeptKeys:
    """Reads the keys that are kept, and keeps them before a secret goes.

    A database without them is one whose secret has never changed, or has now for the
    first time: then its first address tells under which secret it was written.
    """

    def __init__(
        self, sessions: Sessions, clock: Clock, keys: Keys, cipher: Cipher
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._keys = keys
        self._cipher = cipher
        self._read: dict[str, bytes] = {}

    def lasting(self, purpose: str) -> Callable[[], bytes]:
        """Gives the key of `purpose`, read once it is needed."""
        return lambda: self._key(purpose)

    def keep(self) -> None:
        """Keep every key that is not kept, sealed under the present secret."""
        for purpose in PURPOSES:
            if self._kept(purpose) is None:
                key = self._derived(purpose)
                with self._sessions.begin() as session:
                    insert_new(
                        session,
                        KeptKey,
                        purpose=purpose,
                        key_encrypted=self._cipher.encrypt(key.hex()),
                        made_at=self._clock.now(),
                    )

    def _key(self, purpose: str) -> bytes:
        if purpose not in self._read:
            self._read[purpose] = self._kept(purpose) or self._derived(purpose)
        return self._read[purpose]

    def _kept(self, purpose: str) -> bytes | None:
        query = select(KeptKey.key_encrypted).where(KeptKey.purpose == purpose)
        with reading(self._sessions) as session:
            sealed = session.scalar(query)
        return bytes.fromhex(self._cipher.decrypt(sealed)) if sealed else None

    def _derived(self, purpose: str) -> bytes:
        return self._keys.every(purpose)[self._first_secret()]

    def _first_secret(self) -> int:
        """The place of the secret that the first address was written under."""
        emails = Base.metadata.tables["email_address"]
        columns = select(emails.c.address_encrypted, emails.c.fingerprint)
        with reading(self._sessions) as session:
            row = session.execute(columns.limit(1)).first()
        if row is None:
            return 0
        address = self._cipher.decrypt(row.address_encrypted)
        every = self._keys.every("fingerprints")
        for place, key in enumerate(every):
            if Fingerprints(key).of("email", address) == row.fingerprint:
                return place
        if len(every) > 1:
            raise ValueUnreadable("no secret fits the fingerprints")
        return 0
