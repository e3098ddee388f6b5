"""Twilio Lookup v2: what carriers know about a number."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import requests
from twilio.base.exceptions import (
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)
from twilio.rest import Client

from bot.telephony.addresses import is_e164
from bot.telephony.errors import LookupFailed

# HTTP 200 with an error inside a package that holds answers all the same: 60613 says
# that the data are older than they should be.
USABLE = frozenset({60613})
Package = Mapping[str, Any]


class Lookups:
    """Asks for packages; one that failed is told apart from one with no answer."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def line_type(self, e164: str) -> Package:
        """The package `line_type_intelligence`: the line's `type` and carrier.

        Raises:
            LookupFailed: there is no answer.
        """
        return self._fetch(e164, "line_type_intelligence")

    def sim_swap(self, e164: str) -> Package:
        """The package `sim_swap`: whether the number went to another card lately.

        Raises:
            LookupFailed: there is no answer; 60620 is not to be asked again.
        """
        return self._fetch(e164, "sim_swap")

    def reassigned_number(self, e164: str, *, since: date) -> Package:
        """The package `reassigned_number`: whether somebody else has it since then.

        Raises:
            LookupFailed: there is no answer.
        """
        return self._fetch(
            e164, "reassigned_number", last_verified_date=f"{since:%Y%m%d}"
        )

    def _fetch(self, e164: str, field: str, **asked: str) -> Package:
        if not is_e164(e164):
            raise LookupFailed("malformed")
        try:
            number = self._client.lookups.v2.phone_numbers(e164)
            found = number.fetch(fields=field, **asked)
        except (TwilioRestException, TwilioServiceException) as error:
            raise LookupFailed(str(error.code or error.status)) from None
        except requests.Timeout:
            raise LookupFailed("timeout") from None
        except (TwilioException, requests.RequestException):
            raise LookupFailed("unreachable") from None
        except ValueError:
            raise LookupFailed("malformed") from None
        return _package(getattr(found, field))


def _package(package: Any) -> Package:
    if not isinstance(package, Mapping):
        raise LookupFailed("null")
    error_code = package.get("error_code")
    if error_code is not None and error_code not in USABLE:
        raise LookupFailed(str(error_code))
    return package
