"""The secret that the app and the engine share; nothing of Rasa is imported here."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from bot.settings import Settings

TOKEN_FILE = "engine.token"  # noqa: S105
PURPOSE = b"switchboard engine token v1"


def engine_token(settings: Settings) -> str:
    """The engine's bearer token: derived from the secret key, else kept in a file.

    64 hexadecimal characters. Without a key the file is made on first use, mode 0600.
    """
    if settings.secret_key is not None:
        key = settings.secret_key.get_secret_value().encode()
        return hmac.digest(key, PURPOSE, hashlib.sha256).hex()
    path = settings.state_dir / TOKEN_FILE
    if not path.exists():
        _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        # A link either appears whole or not at all: of two processes that start
        # together, the later one reads what the earlier one made.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
