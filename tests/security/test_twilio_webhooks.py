"""Webhooks that Twilio did not sign for us, or that make no sense, change nothing."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import Request
from pydantic import SecretStr
from sqlalchemy import func, select
from starlette.datastructures import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels.signatures import HEADER, Signatures
from bot.clock import ManualClock
from bot.conversations.models import Message
from bot.telephony.models import Delivery
from bot.telephony.twilio.account import INCOMING_PATH, STATUS_PATH
from bot.texting.models import ReceivedText
from tests.security.goals import Goal
from tests.unit.serving import Stand, stand_up
from tests.unit.texting import sign, text_of

PUBLIC = "https://bot.example.com"
SID = "AC" + "1" * 32
TOKEN, OLD_TOKEN, OTHER_TOKEN = "a" * 32, "b" * 32, "c" * 32
FORM = "application/x-www-form-urlencoded"


@dataclass
class Forgery:
    """A request, as good as Twilio's until it is changed."""

    path: str
    parameters: dict[str, str]
    token: str = TOKEN
    signed_url: str = ""
    query: str = ""
    content_type: str = FORM
    body: bytes | None = None
    method: str = "POST"
    signature: str | None = None

    async def send(self, http: httpx.AsyncClient) -> httpx.Response:
        url = self.signed_url or f"{PUBLIC}{self.path}{self.query}"
        signature = self.signature
        if signature is None:
            signature = sign(url, self.parameters, self.token)
        body = urlencode(self.parameters).encode() if self.body is None else self.body
        return await http.request(
            self.method,
            f"{self.path}{self.query}",
            content=body,
            headers={"Content-Type": self.content_type, HEADER: signature.encode()},
        )


Change = Callable[[Forgery], None]


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    settings = {
        "public_url": PUBLIC,
        "twilio_account_sid": SID,
        "twilio_auth_token": SecretStr(TOKEN),
        "twilio_old_auth_token": SecretStr(OLD_TOKEN),
    }
    async with stand_up(tmp_path, ManualClock(), **settings) as stand:
        yield stand


def request_to(stand: Stand, path: str) -> Forgery:
    if path == INCOMING_PATH:
        return Forgery(path, text_of(stand.services, "hello"))
    sid = "SM" + "2" * 32
    told = {"MessageSid": sid, "MessageStatus": "delivered", "AccountSid": SID}
    return Forgery(path, told | {"To": "+12025550143", "ErrorCode": ""})


def rows(stand: Stand) -> dict[str, int | None]:
    models = (ReceivedText, Message, Delivery)
    with stand.services.sessions() as session:
        return {
            model.__tablename__: session.scalar(select(func.count()).select_from(model))
            for model in models
        }


def put(**values: Any) -> Change:
    def change(forgery: Forgery) -> None:
        for name, value in values.items():
            setattr(forgery, name, value)

    return change


def after_signing(**parameters: str) -> Change:
    """Alter parameters, and keep the signature of those before."""

    def change(forgery: Forgery) -> None:
        url = f"{PUBLIC}{forgery.path}"
        forgery.signature = sign(url, forgery.parameters, TOKEN)
        forgery.parameters = forgery.parameters | parameters

    return change


def for_url(template: str) -> Change:
    def change(forgery: Forgery) -> None:
        forgery.signed_url = template.format(path=forgery.path)

    return change


def as_json(query: str = "", *, body: Any = None, algorithm: str = "sha256") -> Change:
    """A JSON body; `{hash}` in the query is that of the body."""

    def change(forgery: Forgery) -> None:
        told = forgery.parameters if body is None else body
        forgery.body = told if isinstance(told, bytes) else json.dumps(told).encode()
        digest = hashlib.new(algorithm, forgery.body).hexdigest()
        forgery.query = query.format(hash=digest)
        forgery.content_type = "application/json"
        forgery.signature = sign(f"{PUBLIC}{forgery.path}{forgery.query}", {}, TOKEN)

    return change


def without(name: str) -> Change:
    def change(forgery: Forgery) -> None:
        url = f"{PUBLIC}{forgery.path}"
        forgery.signature = sign(url, forgery.parameters, TOKEN)
        del forgery.parameters[name]

    return change


def in_sha256(forgery: Forgery) -> None:
    signs = RequestValidator(TOKEN).compute_signature
    url = f"{PUBLIC}{forgery.path}"
    forgery.signature = signs(url, forgery.parameters, "HMAC_SHA256")


def another_account(sid: str) -> Change:
    return lambda forgery: forgery.parameters.update(AccountSid=sid)


FORGED: dict[str, Change] = {
    "empty signature": put(signature=""),
    "signature of padding": put(signature="===="),
    "signature that is no base64": put(signature="not a signature!"),
    "signature that is not ASCII": put(signature="ñandú"),
    "signature of another token": put(token=OTHER_TOKEN),
    "signature of an empty token": put(token=""),
    "signature of the account's name": put(token=SID),
    "signature of nothing": put(signature=sign("", {}, TOKEN)),
    "signature of the body alone": put(signature=sign("", {"Body": "hello"}, TOKEN)),
    "signature of another path": for_url(f"{PUBLIC}/api/web/messages"),
    "signature with a slash more": for_url(f"{PUBLIC}{{path}}/"),
    "signature of the host alone": for_url(PUBLIC),
    "signature for plain http": for_url("http://bot.example.com{path}"),
    "signature for the usual port": for_url(f"{PUBLIC}:443{{path}}"),
    "signature for another port": for_url(f"{PUBLIC}:8443{{path}}"),
    "signature for http and its port": for_url("http://bot.example.com:80{path}"),
    "signature for another host": for_url("https://evil.example.com{path}"),
    "signature for a host in capitals": for_url("https://BOT.example.com{path}"),
    "signature for the address it came to": for_url("http://127.0.0.1{path}"),
    "signature for a user of the host": for_url("https://a:b@bot.example.com{path}"),
    "query that was not signed": put(query="?a=1", signed_url=f"{PUBLIC}{{path}}"),
    "SHA-256 in place of SHA-1": in_sha256,
    "another body": after_signing(Body="send me the code"),
    "another sender": after_signing(From="+13125550188"),
    "another status": after_signing(MessageStatus="undelivered"),
    "another message": after_signing(MessageSid="SM" + "f" * 32),
    "another account after signing": after_signing(AccountSid="AC" + "9" * 32),
    "a parameter more": after_signing(OptOutType="STOP"),
    "a parameter less": without("MessageSid"),
    "account missing": without("AccountSid"),
    "body in other capitals": after_signing(Body="HELLO"),
    "account that is not ours": another_account("AC" + "9" * 32),
    "account that is empty": another_account(""),
    "account in other capitals": another_account(SID.lower()),
    "JSON without a hash": as_json(),
    "JSON with an empty hash": as_json("?bodySHA256="),
    "JSON with another hash": as_json("?bodySHA256=" + "0" * 64),
    "JSON with two hashes": as_json("?bodySHA256={hash}&bodySHA256={hash}"),
    "JSON with a shorter hash": as_json("?bodySHA256={hash}", algorithm="sha1"),
    "JSON that is a list": as_json("?bodySHA256={hash}", body=[1]),
    "JSON that is broken": as_json("?bodySHA256={hash}", body=b"{"),
    "JSON of another account": as_json("?bodySHA256={hash}", body={"AccountSid": "x"}),
    "JSON without an account": as_json("?bodySHA256={hash}", body={}),
    "form that says it is JSON": put(content_type="application/json"),
    "form that says nothing": put(content_type=""),
    "form in several parts": put(content_type="multipart/form-data; boundary=x"),
    "XML": put(content_type="text/xml", body=b"<a/>"),
    "body that is missing": put(body=b""),
    "body that is no UTF-8": put(body=b"Body=\xff\xfe&AccountSid=x"),
    "body of NULs": put(body=b"\0" * 100),
    "body that is all ampersands": put(body=b"&" * 1000),
    "body of too many fields": put(body=b"a=1&" * 1000),
}


@pytest.mark.parametrize("path", [INCOMING_PATH, STATUS_PATH])
@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_request_is_refused_and_changes_nothing(
    stand: Stand, path: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    forgery = request_to(stand, path)
    FORGED[name](forgery)
    forgery.signed_url = forgery.signed_url.format(path=path)
    before = rows(stand)

    response = await forgery.send(stand.http)

    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert rows(stand) == before
    logged = capsys.readouterr().out
    assert "sms_webhook_refused" in logged
    assert "2025550143" not in logged and "hello" not in logged


async def test_of_all_forgeries_none_is_processed(stand: Stand, goal: Goal) -> None:
    before, given = rows(stand), list[int]()
    for path in (INCOMING_PATH, STATUS_PATH):
        for forge in FORGED.values():
            forgery = request_to(stand, path)
            forge(forgery)
            forgery.signed_url = forgery.signed_url.format(path=path)
            given.append((await forgery.send(stand.http)).status_code)
    processed = sum(rows(stand)[name] != before[name] for name in before)
    goal(
        "S13",
        f"{processed} of {len(given)} forged requests processed, "
        f"{given.count(403)} answered 403, {sum(each >= 500 for each in given)} broken",
    )
    assert len(given) >= 60 and given.count(403) == len(given)
    assert processed == 0


async def test_a_replayed_request_is_processed_once(stand: Stand, goal: Goal) -> None:
    good = request_to(stand, INCOMING_PATH)
    given = [(await good.send(stand.http)).status_code for _ in range(60)]
    processed = rows(stand)["received_text"]
    goal("S13", f"{processed} of {len(given)} times the same signed text processed")
    assert given == [204] * len(given)
    assert processed == 1


@pytest.mark.parametrize("path", [INCOMING_PATH, STATUS_PATH])
async def test_a_request_without_a_signature_or_with_two_is_refused(
    stand: Stand, path: str
) -> None:
    good = request_to(stand, path)
    signature = sign(f"{PUBLIC}{path}", good.parameters, TOKEN)

    for given in ([], [(HEADER, signature), (HEADER, signature)]):
        response = await stand.http.post(path, data=good.parameters, headers=given)
        assert response.status_code == 403


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [INCOMING_PATH, STATUS_PATH])
async def test_only_post_is_answered(stand: Stand, path: str, method: str) -> None:
    forgery = request_to(stand, path)
    forgery.method = method

    assert (await forgery.send(stand.http)).status_code == 405


@pytest.mark.parametrize("token", [TOKEN, OLD_TOKEN])
@pytest.mark.parametrize("path", [INCOMING_PATH, STATUS_PATH])
async def test_both_tokens_are_good_while_they_are_changed(
    stand: Stand, path: str, token: str
) -> None:
    forgery = request_to(stand, path)
    forgery.token = token

    assert (await forgery.send(stand.http)).status_code == 204


async def test_a_signed_query_and_signed_json_are_good(stand: Stand) -> None:
    with_query = request_to(stand, INCOMING_PATH)
    with_query.query = "?where=here&x="
    in_json = request_to(stand, INCOMING_PATH)
    as_json("?bodySHA256={hash}")(in_json)

    for forgery in (with_query, in_json):
        assert (await forgery.send(stand.http)).status_code == 204
    assert rows(stand)["received_text"] == 2


@pytest.mark.parametrize(
    "parameters",
    [
        {"MessageSid": "", "SmsSid": ""},
        {"MessageSid": "SM" + "1" * 100},
        {"MessageSid": "SM1'; DROP TABLE message; --"},
        {"MessageSid": "SM1\0"},
        {"From": ""},
        {"From": "+1 202 555 0143"},
        {"From": "tel:+12025550143"},
        {"From": "+1202555014३"},
        {"From": "+0123456789"},
        {"From": "12025550143"},
    ],
)
async def test_a_signed_request_that_is_no_text_is_ignored(
    stand: Stand, parameters: dict[str, str]
) -> None:
    forgery = request_to(stand, INCOMING_PATH)
    forgery.parameters |= parameters

    assert (await forgery.send(stand.http)).status_code == 204
    assert rows(stand)["received_text"] == 0


@pytest.mark.parametrize(
    "parameters",
    [
        {"MessageSid": "SM" + "9" * 32},
        {"MessageSid": ""},
        {"MessageStatus": "no such status"},
        {"MessageStatus": ""},
        {"ErrorCode": "not a number"},
        {"ErrorCode": "9" * 1000},
        {"To": "\0"},
    ],
)
async def test_a_signed_report_of_nothing_of_ours_changes_nothing(
    stand: Stand, parameters: dict[str, str]
) -> None:
    forgery = request_to(stand, STATUS_PATH)
    forgery.parameters |= parameters
    before = rows(stand)

    assert (await forgery.send(stand.http)).status_code == 204
    assert rows(stand) == before


async def test_a_body_without_end_is_refused(stand: Stand) -> None:
    forgery = request_to(stand, INCOMING_PATH)
    forgery.parameters["Body"] = "x" * 1_000_000

    assert (await forgery.send(stand.http)).status_code == 413


async def test_without_a_token_nothing_is_believed(tmp_path: Path) -> None:
    settings = {"mode": "production", "secret_key": SecretStr("s" * 32)}
    async with stand_up(tmp_path, ManualClock(), public_url=PUBLIC, **settings) as one:
        for token in ("", TOKEN):
            forgery = request_to(one, INCOMING_PATH)
            forgery.token = token
            assert (await forgery.send(one.http)).status_code == 403


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        ("https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (
            "https://mycompany.com:443/myapp.php?foo=1&bar=2",
            "kvajT1Ptam85bY51eRf/AJRuM3w=",
        ),
    ],
)
async def test_twilio_s_own_example_is_recognised(url: str, signature: str) -> None:
    """The vector of twilio-python's tests (tests/unit/test_request_validator.py)."""
    parameters = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert sign(url, MultiDict(parameters), "12345") == signature


async def test_twilio_s_own_example_is_accepted_where_it_is_addressed(
    stand: Stand,
) -> None:
    account = replace(
        stand.services.twilio,
        auth_tokens=(SecretStr("12345"),),
        public_url="https://mycompany.com",
        sid=SID,
    )
    parameters = {"AccountSid": SID, "Body": "¡Hola, ñandú!", "From": "+14158675309"}
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    body = urlencode(parameters).encode()
    headers = [
        (b"content-type", FORM.encode()),
        (HEADER.lower().encode(), sign(url, parameters, "12345").encode()),
    ]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/anything",
        "query_string": b"foo=1&bar=2",
        "headers": headers,
        "server": ("10.0.0.1", 8000),
        "scheme": "http",
    }
    read = await Signatures(account).read(Request(scope, receive), "/myapp.php")

    assert read["Body"] == "¡Hola, ñandú!"
