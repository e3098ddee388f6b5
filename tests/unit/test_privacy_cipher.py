"""Keys, encryption and fingerprints."""

import pytest

from bot.privacy.cipher import Cipher, Fingerprints, Keys
from bot.privacy.errors import ValueUnreadable

NUMBER = "+12025550143"


def test_every_purpose_has_a_key_of_its_own(keys: Keys) -> None:
    purposes = ("encryption", "fingerprints", "tokens", "engine")

    derived = {keys.derive(purpose) for purpose in purposes}

    assert len(derived) == 4
    assert {len(key) for key in derived} == {32}


def test_a_key_is_the_same_after_a_restart(keys: Keys) -> None:
    again = Keys("a secret of the tests, 32 characters long")

    assert again.derive("encryption") == keys.derive("encryption")


def test_another_secret_gives_another_key(keys: Keys) -> None:
    assert Keys("another").derive("encryption") != keys.derive("encryption")


@pytest.mark.parametrize("text", ["", NUMBER, "señal 📱"])
def test_what_is_encrypted_can_be_decrypted(cipher: Cipher, text: str) -> None:
    assert cipher.decrypt(cipher.encrypt(text)) == text


def test_the_same_text_is_never_encrypted_alike(cipher: Cipher) -> None:
    assert len({cipher.encrypt(NUMBER) for _ in range(100)}) == 100


def test_the_text_cannot_be_seen(cipher: Cipher) -> None:
    assert NUMBER.encode() not in cipher.encrypt(NUMBER)


def test_an_altered_value_is_refused(cipher: Cipher) -> None:
    sealed = cipher.encrypt(NUMBER)

    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(ValueUnreadable):
            cipher.decrypt(bytes(altered))


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 27])
def test_a_value_cut_short_is_refused(cipher: Cipher, length: int) -> None:
    with pytest.raises(ValueUnreadable):
        cipher.decrypt(cipher.encrypt(NUMBER)[:length])


def test_an_old_key_still_decrypts_after_rotation(cipher: Cipher, keys: Keys) -> None:
    rotated = Cipher(keys.derive("newer"), keys.derive("encryption"))

    assert rotated.decrypt(cipher.encrypt(NUMBER)) == NUMBER


def test_new_values_need_the_new_key_after_rotation(cipher: Cipher, keys: Keys) -> None:
    rotated = Cipher(keys.derive("newer"), keys.derive("encryption"))

    with pytest.raises(ValueUnreadable):
        cipher.decrypt(rotated.encrypt(NUMBER))


def test_the_error_does_not_tell_the_value(cipher: Cipher) -> None:
    with pytest.raises(ValueUnreadable) as raised:
        cipher.decrypt(NUMBER.encode())

    assert "0143" not in str(raised.value)


def test_equal_values_have_equal_fingerprints(fingerprints: Fingerprints) -> None:
    assert fingerprints.of("phone", NUMBER) == fingerprints.of("phone", NUMBER)


def test_a_fingerprint_is_64_hexadecimal_characters(fingerprints: Fingerprints) -> None:
    assert len(bytes.fromhex(fingerprints.of("phone", NUMBER))) == 32


def test_the_kind_is_bound_into_the_fingerprint(fingerprints: Fingerprints) -> None:
    assert fingerprints.of("phone", "1x") != fingerprints.of("email", "1x")
    assert fingerprints.of("ab", "c") != fingerprints.of("a", "bc")


def test_a_fingerprint_cannot_be_made_without_the_key(
    fingerprints: Fingerprints, keys: Keys
) -> None:
    other = Fingerprints(keys.derive("other"))

    assert other.of("phone", NUMBER) != fingerprints.of("phone", NUMBER)
