"""Twilio's own client, with a timeout, at the address that is set."""

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.telephony.twilio.account import TwilioAccount


def twilio_client(account: TwilioAccount) -> Client:
    """A client of the account; it connects when it is first used.

    Its HTTP client waits for ever unless told (twilio 9.13).
    """
    http = TwilioHttpClient(timeout=account.timeout)
    client = Client(account.sid, account.auth_token, http_client=http)
    if account.base_url:
        for domain in (client.api, client.lookups, client.verify):
            domain.base_url = account.base_url
    return client
