"""A program that sends what an outbox holds, to be killed while it does.

    python -m tests.unit.sender_process DATABASE TWILIO [TEXT ...]

It posts the texts, says `stored`, waits for a line on its standard input, and sends.
"""

import sys

from bot import database
from bot.brand import load_brand
from bot.clock import SystemClock
from bot.database import Sessions
from bot.privacy.cipher import Cipher, Fingerprints, Keys
from bot.telephony.gateway import ConsoleGateway
from bot.telephony.outbox import Outbox
from bot.telephony.twilio.client import twilio_client
from bot.telephony.twilio.gateway import TwilioGateway
from bot.telephony.wording import Wording
from tests.standing_in import account

KEYS = Keys("a secret of the tests, 32 characters long")
NUMBER = "+12025550143"


def outbox_at(sessions: Sessions, url: str, clock: SystemClock) -> Outbox:
    """An outbox whose messages go to the stand-in."""
    given = account(url)
    gateway = TwilioGateway(
        given, twilio_client(given), Wording(load_brand()), ConsoleGateway()
    )
    cipher = Cipher(KEYS.derive("encryption"))
    fingerprints = Fingerprints(KEYS.derive("fingerprints"))
    return Outbox(sessions, clock, cipher, fingerprints, gateway)


def main(database_url: str, url: str, *texts: str) -> None:
    sessions = database.sessions(database.connect(database_url))
    outbox = outbox_at(sessions, url, SystemClock())
    with sessions.begin() as session:
        for text in texts:
            outbox.post(session, to=NUMBER, by="sms", text=text, purpose="identify")
    print("stored", flush=True)
    sys.stdin.readline()
    outbox.drain()
    print("sent", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
