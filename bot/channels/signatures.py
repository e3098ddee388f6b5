"""Twilio's signature under a webhook, checked against the address it is to call.

Behind a proxy nobody can tell from a request how it was addressed, so only the
configured public URL counts, letter by letter: another scheme or port is not it.
(twilio-python's own `validate` tries ports that nobody has configured.)
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import MultiDict
from twilio.request_validator import RequestValidator

from bot.telephony.twilio.account import TwilioAccount

HEADER = "X-Twilio-Signature"
FORM = "application/x-www-form-urlencoded"
BODY_HASH = "bodySHA256"
MOST_FIELDS = 200


class SignatureRefused(Exception):
    """The request is not Twilio's; `why` is for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Signatures:
    """Recognises requests of the account by its auth tokens, the older one included."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._validators = [
            RequestValidator(token.get_secret_value()) for token in account.auth_tokens
        ]

    async def read(self, request: Request, path: str) -> MultiDict:
        """The parameters of a request that Twilio has signed for `path`.

        Raises:
            SignatureRefused: it has not, or for another account.
        """
        given = request.headers.getlist(HEADER)
        if len(given) != 1:
            raise SignatureRefused("unsigned")
        query = request.url.query
        url = self._account.webhook(path) + (f"?{query}" if query else "")
        body = await request.body()
        if request.headers.get("content-type", "").partition(";")[0].strip() == FORM:
            parameters = signed = _form(body)
        else:
            _require_hash(query, body)
            parameters, signed = _json(body), MultiDict()
        self._require_signed(url, signed, given[0])
        if parameters.getlist("AccountSid") != [self._account.sid]:
            raise SignatureRefused("account")
        return parameters

    def _require_signed(self, url: str, signed: MultiDict, given: str) -> None:
        for expected in self._expected(url, signed):
            if hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
                return
        raise SignatureRefused("signature")

    def _expected(self, url: str, signed: MultiDict) -> Iterator[str]:
        for validator in self._validators:
            yield validator.compute_signature(url, signed)


def _form(body: bytes) -> MultiDict:
    try:
        text = body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise SignatureRefused("malformed") from None
    return MultiDict(pairs)


def _require_hash(query: str, body: bytes) -> None:
    given = [value for name, value in parse_qsl(query) if name == BODY_HASH]
    expected = hashlib.sha256(body).hexdigest()
    if len(given) != 1 or not hmac.compare_digest(
        expected.encode(), given[0].encode("utf-8", "replace")
    ):
        raise SignatureRefused("body hash")


def _json(body: bytes) -> MultiDict:
    try:
        told = json.loads(body)
    except ValueError:
        raise SignatureRefused("malformed") from None
    if not isinstance(told, dict):
        raise SignatureRefused("malformed")
    return MultiDict((name, str(value)) for name, value in told.items())
