"""An action server for the small bot; it can be made to fail, or to take its time."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Call = dict[str, Any]


class ActionServer:
    """Runs from `with` to its end, on a free port of loopback."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.calls: list[Call] = []
        self.headers: list[dict[str, str]] = []
        self.open = threading.Event()
        self.open.set()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._answer))
        self.url = f"http://127.0.0.1:{self._http.server_port}/engine/actions"

    def __enter__(self) -> "ActionServer":
        self._thread = threading.Thread(target=self._http.serve_forever)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.open.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def counted(self, conversation: str) -> int:
        """How often `action_count` ran in a conversation."""
        wanted = ("action_count", conversation)
        return sum((c["next_action"], c["sender_id"]) == wanted for c in self.calls)

    def _answer(self, call: Call, headers: dict[str, str]) -> Call | None:
        self.calls.append(call)
        self.headers.append(headers)
        self.open.wait(10)
        name = call["next_action"]
        return None if name in self.failing else ANSWERS[name](call["tracker"]["slots"])


def _handler(
    answer: Callable[[Call, dict[str, str]], Call | None],
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            result = answer(call, dict(self.headers))
            body = json.dumps(result or {"error": "failed"}).encode()
            self.send_response(200 if result else 500)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    return Handler


def _count(slots: dict[str, Any]) -> Call:
    number = int(slots["counted"] or 0) + 1
    event = {"event": "slot", "name": "counted", "value": number, "timestamp": None}
    return {
        "events": [event],
        "responses": [{"response": "utter_counted", "counted": number}],
    }


def _order(slots: dict[str, Any]) -> Call:
    text = f"{slots['size']} for {slots['name']}"
    return {"events": [], "responses": [{"text": text, "custom": {"kind": "done"}}]}


def _validate(_slots: dict[str, Any]) -> Call:
    return {"events": [], "responses": []}


ANSWERS = {
    "action_count": _count,
    "action_order": _order,
    "validate_order_form": _validate,
}
