"""`twilio-standin`: the stand-in as a server of its own, on this machine only."""

import uvicorn

from bot.telephony.standin.app import stand_in
from bot.telephony.twilio.account import TwilioAccount

HOST = "127.0.0.1"


def run(account: TwilioAccount, port: int) -> None:
    """Serve until told to stop."""
    print(how_to_use(account, port), flush=True)
    app = stand_in(account).app
    uvicorn.run(app, host=HOST, port=port, log_config=None, access_log=False, ws="none")


def how_to_use(account: TwilioAccount, port: int) -> str:
    """What to set so that a server talks to it."""
    url = f"http://{HOST}:{port}"
    return "\n".join(
        (
            f"Twilio's stand-in listens on {url}. Let the app use it:",
            f"  BOT_GATEWAY=twilio BOT_TWILIO_BASE_URL={url} make run",
            f"  what arrived at a phone   {url}/standin/phones/+12025550143",
            f"  texts from there go to    {account.webhook('/api/sms/incoming')}",
            "Ctrl-C stops it.",
        )
    )
