"""The whole app with Twilio's stand-in inside it, as in the demo."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.app import create_app
from bot.assembly import build_services
from bot.database import Base
from bot.services import Services
from bot.settings import Settings
from bot.telephony.gateway import Way
from bot.telephony.models import Delivery
from bot.telephony.standin.magic import MACHINE, magic
from bot.telephony.twilio.account import CALL_PATH, STATUS_PATH
from tests.unit.engine_double import EngineDouble

NUMBER = "+12025550143"
CODE = "Hello. Your code is: 0, 4, 2, 0, 4, 2. Once more: 0, 4, 2, 0, 4, 2. Goodbye."


@dataclass
class Demo:
    """The demo on a port of its own."""

    services: Services
    http: httpx.AsyncClient

    def post(
        self,
        to: str = NUMBER,
        *,
        by: Way = "sms",
        purpose: str = "identify",
        text: str = "your code is 042042",
    ) -> str:
        with self.services.sessions.begin() as session:
            row = self.services.outbox.post(
                *(session,), to=to, by=by, text=text, purpose=purpose, language="en"
            )
            ours = row.id
        self.services.outbox.wake()
        return ours

    def row(self, ours: str) -> Delivery:
        with self.services.sessions() as session:
            return session.scalars(select(Delivery).where(Delivery.id == ours)).one()

    async def ends(self, ours: str, state: str) -> Delivery:
        """The delivery, once it is in a state."""
        for _ in range(500):
            if self.row(ours).state == state:
                return self.row(ours)
            await asyncio.sleep(0.02)
        raise AssertionError(f"it is {self.row(ours).state}, not {state}")

    async def phone(self, number: str = NUMBER) -> Any:
        answer = await self.http.get(f"/twilio/standin/phones/{number}")
        return answer.json()

    async def call(self, number: str = NUMBER) -> Any:
        """The call to a phone, once it is over."""
        for _ in range(500):
            (call,) = (await self.phone(number))["calls"]
            if call["status"] == "completed":
                return call
            await asyncio.sleep(0.02)
        raise AssertionError("the call never ended")

    async def signed(
        self, path: str, form: dict[str, str], *, sign: bool = True
    ) -> httpx.Response:
        account = self.services.twilio
        url, token = account.webhook(path), account.auth_token
        signature = RequestValidator(token).compute_signature(url, form)
        headers = {"X-Twilio-Signature": signature if sign else "wrong"}
        return await self.http.post(path, data=form, headers=headers)


@asynccontextmanager
async def running(folder: Path, **chosen: Any) -> AsyncIterator[Demo]:
    """Serve the app at the address that its settings name: webhooks go there."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    async with EngineDouble() as engine:
        settings = Settings(
            state_dir=folder,
            engine_url=engine.url,
            port=listener.getsockname()[1],
            gateway="twilio",
            **chosen,
        )
        services = build_services(settings)
        Base.metadata.create_all(services.database)
        config = uvicorn.Config(create_app(services), log_config=None, ws="none")
        config.timeout_graceful_shutdown = 2
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=settings.own_url, timeout=20) as http:
            await http.post("/twilio/standin/behaviour", json={"delay": 0.02})
            yield Demo(services, http)
        server.should_exit = True
        await task


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with running(tmp_path) as demo:
        yield demo


async def test_a_text_goes_out_and_its_report_comes_back(demo: Demo) -> None:
    ours = demo.post()

    done = await demo.ends(ours, "delivered")
    assert done.provider_id is not None and done.provider_id.startswith("SM")
    assert (await demo.phone())["texts"] == [
        {
            "from": demo.services.twilio.code_sender,
            "body": "your code is 042042",
            "status": "delivered",
        }
    ]
    assert [each.text for each in demo.services.outbox.sent_to(NUMBER)] == [
        "your code is 042042"
    ]


@pytest.mark.parametrize(
    ("code", "state"),
    [(30003, "undelivered"), (30007, "undelivered"), (21610, "failed")],
)
async def test_an_error_comes_back_with_its_code(
    demo: Demo, code: int, state: str
) -> None:
    ours = demo.post(magic(code))

    assert (await demo.ends(ours, state)).error_code == str(code)


async def test_shuffled_and_doubled_reports_do_no_harm(demo: Demo) -> None:
    behaviour = {"shuffled": True, "duplicates": 2}
    await demo.http.post("/twilio/standin/behaviour", json=behaviour)
    ours = [demo.post(text=str(number)) for number in range(3)]
    lost = demo.post(magic(30005))

    for each in ours:
        await demo.ends(each, "delivered")
    await demo.ends(lost, "undelivered")
    await asyncio.sleep(0.3)
    assert {demo.row(each).state for each in ours} == {"delivered"}
    assert demo.row(lost).state == "undelivered"


async def test_a_breakdown_of_twilio_is_survived_without_doubling(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, send_waits=(1, 1, 1)) as demo:
        faults = [
            {"status": 429, "code": 20429},
            {"status": 503, "code": 20503, "taken": True},
        ]
        await demo.http.post("/twilio/standin/faults", json=faults)
        ours = demo.post()

        await demo.ends(ours, "delivered")
        assert demo.row(ours).tries >= 2
        assert len((await demo.phone())["texts"]) == 1


async def test_a_called_person_hears_the_code_slowly_and_twice(demo: Demo) -> None:
    ours = demo.post(by="voice", text=CODE)

    await demo.ends(ours, "delivered")
    call = await demo.call()
    digit = [each for digit in "042042" for each in (digit, "...")]
    assert call["heard"] == [
        "Hello. This is Example Identity with your code. Press any key to hear it.",
        "Hello. Your code is:",
        *digit,
        "Once more:",
        *digit,
        "Goodbye.",
    ]


async def test_an_answering_machine_hears_nothing_of_it(demo: Demo) -> None:
    ours = demo.post(magic(MACHINE), by="voice", text=CODE)

    done = await demo.ends(ours, "undelivered")
    assert done.error_code == "no-answer"
    call = await demo.call(magic(MACHINE))
    assert not any(character.isdigit() for character in "".join(call["heard"]))


async def test_an_unsigned_webhook_is_refused(demo: Demo) -> None:
    ours = demo.post(by="voice", text=CODE)
    await demo.ends(ours, "delivered")
    form = {"AccountSid": demo.services.twilio.sid, "CallSid": f"CA{'1' * 32}"}

    for path in (f"{CALL_PATH}?delivery={ours}", f"{STATUS_PATH}?delivery={ours}"):
        refused = await demo.signed(path, form, sign=False)
        assert (refused.status_code, "042" in refused.text) == (403, False)


async def test_a_signed_webhook_for_an_unknown_call_hears_nothing(demo: Demo) -> None:
    form = {"AccountSid": demo.services.twilio.sid, "CallSid": f"CA{'1' * 32}"}

    answer = await demo.signed(f"{CALL_PATH}?delivery=unknown", form)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response><Hangup /></Response>")


async def test_an_old_report_for_an_unknown_message_is_taken(demo: Demo) -> None:
    form = {
        "AccountSid": demo.services.twilio.sid,
        "MessageSid": f"SM{'1' * 32}",
        "MessageStatus": "delivered",
    }

    assert (await demo.signed(STATUS_PATH, form)).status_code == 204


async def test_a_slow_twilio_holds_up_neither_visitors_nor_other_numbers(
    demo: Demo,
) -> None:
    await demo.http.post("/twilio/standin/faults", json=[{"hang": 4.5}])
    slow = demo.post("+13125550188")
    await asyncio.sleep(0.3)
    quick = demo.post()
    opened = await demo.http.post("/api/web/sessions", json={})
    await demo.ends(quick, "delivered")

    assert opened.status_code == 201
    assert demo.row(slow).state == "queued"


async def test_a_phone_texts_the_assistant_and_gets_its_answer(demo: Demo) -> None:
    account = demo.services.twilio
    said = {"to": account.conversation_sender, "body": "¡Hola, ñandú! ^{}[]~|€"}
    sent = await demo.http.post(f"/twilio/standin/phones/{NUMBER}/messages", json=said)

    assert sent.json()["answered"] == 204
    for _ in range(500):
        texts = (await demo.phone())["texts"]
        if texts:
            break
        await asyncio.sleep(0.02)
    assert texts[0]["from"] == account.conversation_sender
    assert "ñandu" in texts[0]["body"]


async def test_a_number_that_said_stop_gets_nothing_until_it_says_start(
    demo: Demo,
) -> None:
    async def say(body: str) -> None:
        said = {"to": demo.services.twilio.conversation_sender, "body": body}
        await demo.http.post(f"/twilio/standin/phones/{NUMBER}/messages", json=said)

    def suppressed() -> bool:
        fingerprint = demo.services.fingerprints.of("phone", NUMBER)
        with demo.services.sessions() as session:
            return demo.services.suppressions.is_suppressed(session, fingerprint)

    await say("STOP")
    await eventually(suppressed)
    unwanted = demo.post()
    assert (await demo.ends(unwanted, "suppressed")).error_code == "21610"
    await say("start")
    await eventually(lambda: not suppressed())
    await demo.ends(demo.post(), "delivered")


async def eventually(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never was so")
