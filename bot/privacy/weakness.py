"""Secrets that somebody could guess: too short, too plain, or copied from a text."""

from pydantic import SecretStr

FEWEST_CHARACTERS = 32
# A random key of 32 hexadecimal digits has about 14 different ones.
FEWEST_DIFFERENT = 8
PLACEHOLDERS = ("changeme", "change-me", "change_me", "placeholder", "your-secret")


def weakness(secret: SecretStr) -> str | None:
    """What to do about a secret that is too weak for a key; None when it will do."""
    value = secret.get_secret_value()
    if len(value) < FEWEST_CHARACTERS:
        return f"{FEWEST_CHARACTERS} characters or more are needed"
    if len(set(value)) < FEWEST_DIFFERENT:
        return f"{FEWEST_DIFFERENT} different characters or more are needed"
    if any(word in value.lower() for word in PLACEHOLDERS):
        return "this is a placeholder; make one with `openssl rand -hex 32`"
    return None
