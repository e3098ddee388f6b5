"""Keys, encryption at rest, and fingerprints to look a value up without showing it."""

import hashlib
import hmac
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.privacy.errors import ValueUnreadable

KEY_BYTES = 32
NONCE_BYTES = 12


class Keys:
    """Derives a key for each purpose from one secret (HKDF-SHA256, RFC 5869).

    `old` secrets are those before it, while something is still kept under them.
    """

    def __init__(self, secret: str, *old: str) -> None:
        self._secrets = [each.encode() for each in (secret, *old)]

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key of `purpose`; it tells nothing about the other keys."""
        return self.every(purpose)[0]

    def every(self, purpose: str) -> tuple[bytes, ...]:
        """The key of `purpose`, and those that the old secrets gave for it."""
        info = f"switchboard/{purpose}".encode()
        return tuple(
            HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)
            for secret in self._secrets
        )

    def lasting(self, purpose: str) -> Callable[[], bytes]:
        """Gives the key of what cannot be made anew, whatever the secret is."""
        return lambda: self.derive(purpose)


class Cipher:
    """AES-256-GCM; encrypts with the first key, decrypts with any of them."""

    def __init__(self, key: bytes, *old_keys: bytes) -> None:
        self._ciphers = [AESGCM(each) for each in (key, *old_keys)]

    def encrypt(self, text: str) -> bytes:
        """Nonce (12 bytes) and ciphertext; twice the same text is never the same."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, text.encode(), None)

    def decrypt(self, sealed: bytes) -> str:
        """The text that was encrypted.

        Raises:
            ValueUnreadable: it was altered, or none of the keys fits.
        """
        text, _ = self._open(sealed)
        return text

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key opens it, and no old one is needed.

        Raises:
            ValueUnreadable: it was altered, or none of the keys fits.
        """
        _, place = self._open(sealed)
        return place == 0

    def _open(self, sealed: bytes) -> tuple[str, int]:
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for place, cipher in enumerate(self._ciphers):
            try:
                return cipher.decrypt(nonce, body, None).decode(), place
            except (InvalidTag, ValueError):
                continue
        raise ValueUnreadable("an encrypted value cannot be read")


class Fingerprints:
    """HMAC-SHA256 of values: equal values meet, and nobody can count through them."""

    def __init__(self, key: bytes | Callable[[], bytes]) -> None:
        self._key = key if callable(key) else lambda: key

    def of(self, kind: str, value: str) -> str:
        """64 hex characters; the same value of another kind has another one.

        Kinds in use: `phone` (E.164), `email` (lower case), `visitor` (a network
        address), `prefix` (a number without its last four digits).
        """
        message = f"{len(kind)}:{kind}{value}".encode()
        return hmac.new(self._key(), message, hashlib.sha256).hexdigest()
