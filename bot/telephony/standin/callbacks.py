"""Callbacks: what the stand-in posts to webhooks, signed as Twilio signs."""

from collections.abc import Mapping

import httpx
from twilio.request_validator import RequestValidator

from bot.telephony.standin.state import State

# Twilio hangs up after 15 seconds.
TIMEOUT = 15
NO_ANSWER = 0


class Callbacks:
    """Posts forms; what came of it stands in the state's `posted`."""

    def __init__(self, state: State, token: str) -> None:
        self._state = state
        self._validator = RequestValidator(token)

    async def post(self, url: str, params: Mapping[str, str]) -> httpx.Response | None:
        """Post one signed form; None when nobody answered."""
        signature = self._validator.compute_signature(url, dict(params))
        headers = {"X-Twilio-Signature": signature, "User-Agent": "TwilioProxy/1.1"}
        # Without the environment's proxies: webhooks are on this machine.
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
            try:
                answer = await http.post(url, data=dict(params), headers=headers)
            except httpx.HTTPError:
                self._state.posted.append((url, NO_ANSWER))
                return None
        self._state.posted.append((url, answer.status_code))
        return answer
