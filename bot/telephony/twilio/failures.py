"""What it means that a request to Twilio failed: refused, busy, or no answer."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from bot.telephony.errors import GatewayBusy, GatewayFailed, GatewaySilent

# Said with HTTP 429 or 400: too many requests, and queues that are full.
BUSY = frozenset({20429, 21611, 14107, 63038})
TOO_MANY, BROKEN = 429, 500
NOT_CONNECTED = (NewConnectionError, ConnectTimeoutError)


@contextmanager
def told_apart() -> Iterator[None]:
    """Turn every failure of a request into one of the gateway's.

    The texts of Twilio's own errors hold phone numbers; none gets through.

    Raises:
        GatewayFailed, GatewayBusy, GatewaySilent: as its name says.
    """
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as error:
        raise _answered(error.status, error.code) from None
    except (requests.ConnectionError, requests.Timeout) as error:
        raise GatewayBusy if _never_left(error) else GatewaySilent from None
    except (requests.RequestException, TwilioException, ValueError, KeyError):
        # There was an answer, but it cannot be read.
        raise GatewaySilent from None


def _answered(status: int, code: int | None) -> GatewayFailed:
    # Without a code of its own Twilio's client puts the HTTP status in its place.
    told = str(code) if code and code != status else None
    if status >= BROKEN:
        return GatewayBusy(told, in_doubt=True)
    if status == TOO_MANY or code in BUSY:
        return GatewayBusy(told or "20429")
    return GatewayFailed(told)


def _never_left(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = error.args[0] if error.args else None
    return isinstance(reason, MaxRetryError) and isinstance(
        reason.reason, NOT_CONNECTED
    )
