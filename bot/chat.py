"""`chat`: talking to the assistant in the terminal, with the demo's phones beside."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from bot.chat_by_text import TextChat
from bot.chat_inboxes import Inboxes
from bot.chat_server import ChatFailed, own_server
from bot.settings import Settings

ANSWER_SECONDS = 90
LOOK_SECONDS = 0.1
LATE_SECONDS = 0.5
TOKEN_LIFETIME = timedelta(minutes=5)
Write = Callable[[str], None]


def chat_in_terminal(
    settings: Settings,
    *,
    server: str,
    language: str | None,
    email: str | None,
    number: str | None = None,
) -> None:
    """Talk until the end of input; starts a server when none runs.

    With a `number` it is texted from there, else talked on the web.

    Raises:
        ChatFailed: there is no server, or it refuses the session.
    """
    with reach(settings, server) as http:
        chat: Chat | TextChat
        if number:
            chat = TextChat(http, settings, number=number)
        else:
            token = identity_token(settings, email) if email else None
            chat = Chat(http, settings, language=language, identity_token=token)
        print("Type a message, or an option's number. Ctrl-D ends.")
        for typed in _typed_lines():
            chat.say(typed)


def identity_token(
    settings: Settings, email: str, *, now: datetime | None = None
) -> str:
    """What the host website would sign for somebody who is signed in there.

    Raises:
        ChatFailed: it is production, and there is no key to sign with.
    """
    import jwt

    from bot.ground import with_identity_key
    from bot.privacy.cipher import Keys
    from bot.privacy.secrets import secret_key

    key = with_identity_key(settings, Keys(secret_key(settings))).identity_token_key
    if key is None:
        raise ChatFailed("--as needs BOT_IDENTITY_TOKEN_KEY in production.")
    signed_at = now or datetime.now(UTC)
    claims = {
        "email": email,
        "aud": settings.identity_token_audience,
        "iat": signed_at,
        "exp": signed_at + TOKEN_LIFETIME,
    }
    return jwt.encode(claims, key.get_secret_value(), "HS256")


@contextmanager
def reach(settings: Settings, server: str) -> Iterator[httpx.Client]:
    """A client of the server at `server`, or of one that is started for this."""
    with httpx.Client(base_url=server, timeout=15, trust_env=False) as http:
        if _answers(http):
            yield http
            return
        with own_server(settings, server) as url:
            http.base_url = httpx.URL(url)
            yield http


class Chat:
    """One conversation; what is said is written as it comes."""

    def __init__(
        self,
        http: httpx.Client,
        settings: Settings,
        *,
        language: str | None = None,
        identity_token: str | None = None,
        write: Write = print,
    ) -> None:
        self._http = http
        self._write = write
        self._inboxes = Inboxes(http, settings.region)
        self._options: list[dict[str, str]] = []
        self._seen = 0
        self._headers = self._open(language, identity_token)

    def say(self, typed: str) -> None:
        """Send what was typed, and write what comes of it."""
        self._inboxes.watch(typed)
        response = self._http.post(
            "/api/web/messages",
            json={"client_id": uuid4().hex, **self._meant(typed)},
            headers=self._headers,
        )
        if response.is_success:
            self._listen(response.json()["seq"])
        else:
            self._write(f"  ! {response.json()['detail']}")

    def _open(self, language: str | None, identity_token: str | None) -> dict[str, str]:
        given = {"language": language, "identity_token": identity_token}
        body = {name: value for name, value in given.items() if value}
        response = self._http.post("/api/web/sessions", json=body)
        if not response.is_success:
            raise ChatFailed(response.json()["detail"])
        return {"Authorization": f"Bearer {response.json()['token']}"}

    def _meant(self, typed: str) -> dict[str, str]:
        number = int(typed) if typed.isascii() and typed.isdecimal() else 0
        if len(typed) <= 2 and 1 <= number <= len(self._options):
            return {"payload": self._options[number - 1]["payload"]}
        return {"text": typed}

    def _listen(self, seq: int) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            if self._write_new(seq):
                break
            time.sleep(LOOK_SECONDS)
        else:
            self._write("  ! No answer came. The message is kept; try again later.")
        self._write_arrived()

    def _write_new(self, seq: int) -> bool:
        """Write new lines; whether line `seq` was answered, or a person will do it."""
        response = self._http.get(
            "/api/web/messages", params={"after": self._seen}, headers=self._headers
        )
        thread = response.raise_for_status().json()
        answered: bool = thread["owner"] != "bot"
        for message in thread["messages"]:
            self._seen = message["seq"]
            if message["author"] != "visitor":
                self._write_message(message)
                answered |= message["seq"] > seq and message["kind"] != "notice"
        return answered

    def _write_message(self, message: dict[str, Any]) -> None:
        name = {"bot": "bot", "system": "***"}.get(message["author"], "agent")
        self._write(
            f"{name:>5}  {message['text'].replace(chr(10), chr(10) + '       ')}"
        )
        if message["options"]:
            self._options = message["options"]
        for number, option in enumerate(message["options"], 1):
            self._write(f"       {number}  {option['title']}")
        for line in _lines_of_secret(message["data"].get("secret", {})):
            self._write(f"       * {line}")

    def _write_arrived(self) -> None:
        # A code is sent when the turn's work is committed, which may be a moment
        # after the words that announce it.
        deadline = time.monotonic() + LATE_SECONDS
        while time.monotonic() < deadline:
            for address, message in self._inboxes.new():
                self._write(f"     > {address} ({message['by']}): {message['text']}")
            time.sleep(LOOK_SECONDS)


def _lines_of_secret(secret: dict[str, Any]) -> list[str]:
    """What a terminal can show of a secret: all but the picture for a camera."""
    if secret.get("kind") == "totp":
        return [secret["secret"], secret["otpauth_uri"]]
    return list(secret.get("codes", ()))


def _answers(http: httpx.Client) -> bool:
    try:
        return http.get("/healthz").is_success
    except httpx.HTTPError:
        return False


def _typed_lines() -> Iterator[str]:
    while True:
        try:
            typed = input("\nyou    " if sys.stdin.isatty() else "").strip()
        except EOFError:
            print()
            return
        if not sys.stdin.isatty():
            print(f"\nyou    {typed}")
        if typed:
            yield typed
