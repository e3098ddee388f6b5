"""Chatwoot's stand-in: contacts, conversations and messages, and the inbox's webhook.

After developers.chatwoot.com ("Application API", "Webhooks") and Chatwoot's own source
where that is silent: what an identifier does that is taken, that a message keeps its
`source_id`, and how webhooks are signed.
"""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.clock import Clock, SystemClock
from bot.connectors.standin.chatwoot_state import Json, State, Talk
from bot.connectors.standin.help_desk import HelpDesk, Part
from bot.connectors.standin.hooks import Headers, Hooks
from bot.connectors.webhook import sign

ACCOUNT, INBOX = 1, 1
TALKS = "/conversations"
ME = {"name": "The assistant", "type": "user"}


class ChatwootStandIn(HelpDesk):
    """Server and agents in one; every message is told to the webhook, ours as well."""

    admission = "api_access_token"

    def __init__(
        self,
        *,
        token: str,
        secret: str,
        hook_url: str,
        account: int = ACCOUNT,
        inbox: int = INBOX,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or SystemClock()
        self.state = State(clock, inbox)
        self._account = account
        self._inbox = inbox

        def headers(body: bytes, key: str) -> Headers:
            moment = str(int(clock.now().timestamp()))
            return {
                "X-Chatwoot-Timestamp": moment,
                "X-Chatwoot-Signature": f"sha256={sign(key, moment, body)}",
                "X-Chatwoot-Delivery": str(uuid4()),
            }

        super().__init__(Hooks(hook_url, headers, secret), authorization=token)

    async def answer(
        self,
        ticket_id: int,
        text: str,
        *,
        name: str,
        public: bool = True,
        ends: bool = False,
    ) -> list[int]:
        """Let an agent write a message, perhaps the last one."""
        talk = self.state.talks[ticket_id]
        asked = {"content": text, "message_type": "outgoing", "private": not public}
        message = self.state.write(talk, asked, {"name": name, "type": "user"})
        answered = await self.hooks.post(self._created(talk, message))
        return answered + (await self.solve(ticket_id, name=name) if ends else [])

    async def solve(self, ticket_id: int, *, name: str) -> list[int]:
        """Let an agent resolve a conversation."""
        return await self.turn(ticket_id, "resolved", name=name)

    async def turn(self, ticket_id: int, status: str, *, name: str) -> list[int]:
        """Let an agent give a conversation another status; `pending` is a bot's."""
        talk = self.state.talks[ticket_id]
        talk.assignee = name
        self.state.change(talk, status)
        return await self.hooks.post(self._changed(talk))

    def api(self) -> Sequence[Part]:
        """Contacts, conversations, messages."""
        base = f"/api/v1/accounts/{self._account}"
        talk = f"{base}{TALKS}/{{talk:int}}"
        return (
            ("POST", f"{base}/contacts", self._meet),
            ("GET", f"{base}/contacts/search", self._search),
            ("GET", f"{base}/contacts/{{contact:int}}/conversations", self._of),
            ("POST", f"{base}{TALKS}", self._open),
            ("GET", f"{talk}/messages", self._read),
            ("POST", f"{talk}/messages", self._write),
            ("POST", f"{talk}/toggle_status", self._toggle),
        )

    def tickets(self) -> list[Json]:
        """Every conversation with its messages."""
        return list(map(asdict, self.state.talks.values()))

    async def _meet(self, request: Request) -> Response:
        asked = await request.json()
        if asked["inbox_id"] != self._inbox:
            return _unknown()
        made = self.state.meet(asked)
        if made is None:
            told = "Identifier has already been taken"
            return JSONResponse({"message": told, "attributes": ["identifier"]}, 422)
        inbox = {"source_id": made.source_id, "inbox": {"id": self._inbox}}
        payload = {"contact": made.shape(), "contact_inbox": inbox}
        return JSONResponse({"payload": payload})

    async def _search(self, request: Request) -> Response:
        found = self.state.search(request.query_params["q"])
        return JSONResponse({"payload": [each.shape() for each in found]})

    async def _of(self, request: Request) -> Response:
        found = self.state.of(request.path_params["contact"])
        return JSONResponse({"payload": [each.shape() for each in found]})

    async def _open(self, request: Request) -> Response:
        asked = await request.json()
        contact = self.state.contact(asked["contact_id"])
        if contact is None or contact.source_id != asked["source_id"]:
            return _unknown()
        talk = self.state.open(asked)
        self.hooks.post_later(talk.shape() | {"event": "conversation_created"})
        return JSONResponse(talk.shape())

    async def _read(self, request: Request) -> Response:
        if (talk := self._talk(request)) is None:
            return _unknown()
        before = request.query_params.get("before")
        page = self.state.page(talk, int(before) if before else None)
        return JSONResponse({"meta": {}, "payload": page})

    async def _write(self, request: Request) -> Response:
        if (talk := self._talk(request)) is None:
            return _unknown()
        asked = await request.json()
        theirs = asked["message_type"] == "incoming"
        contact = {"name": "A visitor", "type": "contact"}
        message = self.state.write(talk, asked, contact if theirs else ME)
        self.hooks.post_later(self._created(talk, message))
        return JSONResponse(message)

    async def _toggle(self, request: Request) -> Response:
        if (talk := self._talk(request)) is None:
            return _unknown()
        if self.state.change(talk, (await request.json())["status"]):
            self.hooks.post_later(self._changed(talk))
        payload = {"success": True, "current_status": talk.status}
        return JSONResponse({"meta": {}, "payload": payload})

    def _talk(self, request: Request) -> Talk | None:
        return self.state.talks.get(request.path_params["talk"])

    def _created(self, talk: Talk, message: Json) -> Json:
        inbox, around = {"id": self._inbox}, talk.shape()
        told = {"event": "message_created", "inbox": inbox, "conversation": around}
        return message | told

    def _changed(self, talk: Talk) -> Json:
        return talk.shape() | {"event": "conversation_status_changed"}


def _unknown() -> Response:
    return JSONResponse({"error": "Resource could not be found"}, 404)
