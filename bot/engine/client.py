"""The app's side of the engine: one HTTP client, and what can go wrong with it.

EngineError
├── EngineDown
├── EngineSlow
├── EngineSilent
└── EngineRefused
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, Field, ValidationError

PREFIX = "/webhooks/loopback"
CONNECT_SECONDS = 2.0
READY_SECONDS = 3.0
PARSE_SECONDS = 120.0
BUSY = 503

Shape = TypeVar("Shape", bound=BaseModel)


class EngineError(Exception):
    """The engine gave no answer that can be used."""


class EngineDown(EngineError):
    """The engine cannot be reached; `began` when it had taken the message already."""

    def __init__(self, *, began: bool = False) -> None:
        super().__init__()
        self.began = began


class EngineSlow(EngineError):
    """The engine took the message and did not answer in time."""


class EngineSilent(EngineError):
    """The engine answered with nothing to say."""


class EngineRefused(EngineError):
    """The engine refused the request, or failed on it; `status` is HTTP's."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class Button(BaseModel):
    """A choice under a reply."""

    title: str
    payload: str


class Reply(BaseModel):
    """One thing the engine says."""

    text: str = ""
    buttons: list[Button] = Field(default_factory=list)
    custom: dict[str, Any] = Field(default_factory=dict)

    @property
    def says_something(self) -> bool:
        """Whether a person gets to see or choose anything."""
        return bool(self.text.strip() or self.buttons)


class Answer(BaseModel):
    """What the engine says to one message, and how it understood it.

    `asks`: it waits for a word of the person, as a form does.
    """

    replies: list[Reply]
    intent: str | None = None
    confidence: float = 0.0
    ranking: list[dict[str, Any]] = Field(default_factory=list)
    model: str | None = None
    asks: bool = False


class Parse(BaseModel):
    """How the engine understands one sentence."""

    intent: str
    confidence: float
    ranking: list[dict[str, Any]] = Field(default_factory=list)
    entities: list[dict[str, Any]] = Field(default_factory=list)


class Parses(BaseModel):
    """How the engine understands several sentences, in their order."""

    parses: list[Parse]


class EngineClient:
    """Talks to the engine over loopback HTTP."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
            transport=transport,
            # A proxy of the environment has no business with loopback.
            trust_env=False,
        )

    async def say(
        self,
        *,
        conversation_id: str,
        message_id: str,
        text: str,
        payload: str | None = None,
        seq: int,
        language: str,
        channel: str,
    ) -> Answer:
        """Hand over one message; saying it again gives the same answer.

        Raises:
            EngineDown, EngineSlow, EngineSilent, EngineRefused: no answer.
        """
        response = await self._post(
            "/messages",
            {
                "conversation": conversation_id,
                "message_id": message_id,
                "text": text,
                "payload": payload,
                "metadata": {"seq": seq, "language": language, "channel": channel},
            },
        )
        answer = _read(response, Answer)
        if not any(reply.says_something for reply in answer.replies):
            raise EngineSilent
        return answer

    async def parse(self, texts: Sequence[str]) -> list[Parse]:
        """How the engine understands each text.

        Raises:
            EngineDown, EngineSlow, EngineRefused: no answer.
        """
        body = {"texts": list(texts)}
        response = await self._post("/parse", body, timeout=PARSE_SECONDS)
        return _read(response, Parses).parses

    async def forget(self, conversation_id: str) -> bool:
        """Delete what the engine keeps of a conversation; False when it could not."""
        try:
            response = await self._http.delete(
                f"{PREFIX}/conversations/{quote(conversation_id, safe='')}"
            )
        except httpx.HTTPError:
            return False
        return response.is_success

    async def ready(self) -> bool:
        """Whether a model is loaded and understands."""
        try:
            response = await self._http.get(f"{PREFIX}/ready", timeout=READY_SECONDS)
        except httpx.HTTPError:
            return False
        return response.status_code == httpx.codes.OK

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> "EngineClient":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _post(
        self, path: str, body: dict[str, Any], **options: Any
    ) -> httpx.Response:
        try:
            response = await self._http.post(f"{PREFIX}{path}", json=body, **options)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise EngineDown from None
        except httpx.TimeoutException:
            raise EngineSlow from None
        except httpx.HTTPError:
            raise EngineDown(began=True) from None
        if response.status_code == BUSY:
            raise EngineDown
        if response.status_code != httpx.codes.OK:
            raise EngineRefused(response.status_code)
        return response


def _read(response: httpx.Response, shape: type[Shape]) -> Shape:
    try:
        return shape.model_validate_json(response.content)
    except ValidationError:
        # The reason would quote what was said.
        raise EngineRefused(response.status_code) from None
