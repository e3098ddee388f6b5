"""Twilio's own client, with a timeout, at the address that is set."""

import logging

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.telephony.twilio.account import TwilioAccount


def twilio_client(account: TwilioAccount) -> Client:
    """A client of the account; it connects when it is first used.

    Its HTTP client waits for ever unless told, and logs each request with the phone
    numbers in it (twilio 9.13).
    """
    # A logger of nobody's: no handler and no parent ever sees a line of it.
    nowhere = logging.Logger("twilio", logging.CRITICAL)
    http = TwilioHttpClient(timeout=account.timeout, logger=nowhere)
    client = Client(account.sid, account.auth_token, http_client=http)
    if account.base_url:
        http.session.trust_env = False  # no proxy of the environment on the way there
        for domain in (client.api, client.lookups, client.verify):
            domain.base_url = account.base_url
    return client
