"""Keys, encryption at rest, and fingerprints to look a value up without showing it."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.privacy.errors import ValueUnreadable

KEY_BYTES = 32
NONCE_BYTES = 12


class Keys:
    """Derives a key for each purpose from one secret (HKDF-SHA256, RFC 5869)."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key of `purpose`; it tells nothing about the other keys."""
        info = f"switchboard/{purpose}".encode()
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(self._secret)


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
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(nonce, body, None).decode()
            except (InvalidTag, ValueError):
                continue
        raise ValueUnreadable("an encrypted value cannot be read")


class Fingerprints:
    """HMAC-SHA256 of values: equal values meet, and nobody can count through them."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, kind: str, value: str) -> str:
        """64 hex characters; the same value of another kind has another one.

        Kinds in use: `phone` (E.164), `email` (lower case), `visitor` (a network
        address), `prefix` (a number without its last four digits).
        """
        message = f"{len(kind)}:{kind}{value}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()
