"""The one secret that every key is derived from."""

import os
import secrets
from pathlib import Path

from bot.privacy.cipher import Keys
from bot.privacy.errors import SecretKeyUnusable
from bot.privacy.weakness import FEWEST_CHARACTERS
from bot.settings import Settings

FILE = "secret.key"
KEY_BYTES = 32


def keys_of(settings: Settings) -> Keys:
    """Every key of the settings' secrets, the present and the old.

    Raises:
        SecretKeyUnusable: as for `secret_key`.
    """
    old = (each.get_secret_value() for each in settings.old_secret_keys)
    return Keys(secret_key(settings), *old)


def secret_key(settings: Settings) -> str:
    """`BOT_SECRET_KEY`, or the demo's own key, made on first use in the state folder.

    Raises:
        SecretKeyUnusable: it is production without a key, or the file was damaged.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    if not settings.demo:
        raise SecretKeyUnusable("BOT_SECRET_KEY is not set; production needs one")
    path = settings.state_dir / FILE
    if not path.exists():
        _make(path)
    key = path.read_text(encoding="ascii").strip()
    if len(key) < FEWEST_CHARACTERS:
        raise SecretKeyUnusable(f"{FILE} in the state folder is damaged; remove it")
    return key


def _make(path: Path) -> None:
    """Write the key beside its place and link it there whole; the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(
            os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
        ) as file:
            file.write(secrets.token_hex(KEY_BYTES))
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
