"""The carrier: brings texts to phones and lets phones ring, and reports on it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NamedTuple

from bot.telephony.standin.callbacks import Callbacks
from bot.telephony.standin.listening import listen
from bot.telephony.standin.magic import CALLS, MACHINE, UNDELIVERED, code_of
from bot.telephony.standin.shapes import API
from bot.telephony.standin.state import Call, State, Text

Report = dict[str, str]


class Step(NamedTuple):
    """A state that a text gets into, and the error that goes with it."""

    status: str
    code: int | None = None


class Carrier:
    """Works beside the requests, in tasks that end with it."""

    def __init__(self, state: State, account: str, callbacks: Callbacks) -> None:
        self._state = state
        self._account = account
        self._callbacks = callbacks
        self._tasks: set[asyncio.Task[None]] = set()

    def deliver(self, text: Text) -> None:
        """Bring a text to its phone, in its own time."""
        self._begin(self._deliver(text))

    def ring(self, call: Call) -> None:
        """Let a phone ring, and tell whoever picks up what the TwiML says."""
        self._begin(self._ring(call))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._tasks

    async def stop(self) -> None:
        """Drop what is going on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, text: Text) -> None:
        steps = _steps(text.to)
        end = steps[-1]
        for step in reversed(steps) if self._state.behaviour.shuffled else steps:
            await asyncio.sleep(self._state.behaviour.delay)
            if text.status != end.status:
                text.status, text.error_code = step.status, step.code
            await self._report(text.callback, self._report_on_text(text, step))

    async def _ring(self, call: Call) -> None:
        code = code_of(call.to)
        ended = CALLS.get(code)
        if ended is None:
            call.answered_by = "machine_start" if code == MACHINE else "human"
            call.status = "in-progress"
            call.heard += await self._listen(call)
        await asyncio.sleep(self._state.behaviour.delay)
        call.status = ended or "completed"
        await self._report(call.callback, self._report_on_call(call))

    async def _listen(self, call: Call) -> list[str]:
        heard = listen(call.twiml)
        if heard.action is None or call.answered_by != "human":
            return heard.everything
        params = {**self._report_on_call(call), "Digits": "1"}
        answer = await self._callbacks.post(heard.action, params)
        more = listen(answer.text).everything if answer else []
        return [*heard.before_key, *more]

    async def _report(self, url: str | None, report: Report) -> None:
        for _ in range(1 + self._state.behaviour.duplicates if url else 0):
            await self._callbacks.post(url or "", report)

    def _report_on_text(self, text: Text, step: Step) -> Report:
        report = {
            "AccountSid": self._account,
            "ApiVersion": API,
            "From": text.sender,
            "MessageSid": text.sid,
            "MessageStatus": step.status,
            "SmsSid": text.sid,
            "SmsStatus": step.status,
            "To": text.to,
        }
        if text.service_sid:
            report["MessagingServiceSid"] = text.service_sid
        if step.code:
            report["ErrorCode"] = str(step.code)
        return report

    def _report_on_call(self, call: Call) -> Report:
        return {
            "AccountSid": self._account,
            "ApiVersion": API,
            "CallSid": call.sid,
            "CallStatus": call.status,
            "CallbackSource": "call-progress-events",
            "Direction": "outbound-api",
            "From": call.sender,
            "To": call.to,
        }


def _steps(to: str) -> list[Step]:
    code = code_of(to)
    if code in UNDELIVERED:
        return [Step("sent"), Step("undelivered", code)]
    return [Step("sent"), Step("delivered")]
