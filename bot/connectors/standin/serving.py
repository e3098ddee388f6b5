"""`connector-standin`: a help desk's stand-in as a server, on this machine only."""

import secrets
from collections.abc import Callable, Mapping

import uvicorn
from pydantic import SecretStr

from bot.connectors.standin.chatwoot import ACCOUNT, INBOX, ChatwootStandIn
from bot.connectors.standin.help_desk import OWN, HelpDesk
from bot.connectors.standin.zammad import ZammadStandIn
from bot.connectors.standin.zendesk import ZendeskStandIn
from bot.settings import Settings

HOST = "127.0.0.1"
EMAIL = "assistant@example.com"

# A stand-in, and the settings that the app needs beside its address.
Made = tuple[HelpDesk, Mapping[str, str]]


def run(settings: Settings, name: str, port: int) -> None:
    """Serve until told to stop."""
    desk, needed = STAND_INS[name](settings, f"{settings.link_base}/api/connectors")
    print(how_to_use(name, port, needed), flush=True)
    uvicorn.run(
        desk.app, host=HOST, port=port, log_config=None, access_log=False, ws="none"
    )


def how_to_use(name: str, port: int, needed: Mapping[str, str]) -> str:
    """What to set so that the app talks to it, and how an agent answers."""
    url, prefix = f"http://{HOST}:{port}", f"BOT_{name.upper()}"
    told = " ".join(f"{prefix}_{each}={value}" for each, value in needed.items())
    said = """'{"name": "Rita", "text": "Hello"}'"""
    return "\n".join(
        (
            f"{name.title()}'s stand-in listens on {url}. Let the app use it:",
            f"  {prefix}_URL={url} {told} make run",
            f"  tickets          curl {url}{OWN}",
            f"  an agent answers curl {url}{OWN}/ID/answers -d {said}",
            f"""  and closes it    curl {url}{OWN}/ID/solve -d '{{"name": "Rita"}}'""",
            "Ctrl-C stops it.",
        )
    )


def _chatwoot(settings: Settings, hooks: str) -> Made:
    token = _told(settings.chatwoot_token)
    secret = _told(settings.chatwoot_webhook_secret)
    account = settings.chatwoot_account or ACCOUNT
    inbox = settings.chatwoot_inbox or INBOX
    desk = ChatwootStandIn(
        token=token,
        secret=secret,
        hook_url=f"{hooks}/chatwoot",
        account=account,
        inbox=inbox,
    )
    numbers = {"ACCOUNT": f"{account}", "INBOX": f"{inbox}"}
    return desk, numbers | {"TOKEN": token, "WEBHOOK_SECRET": secret}


def _zendesk(settings: Settings, hooks: str) -> Made:
    email = settings.zendesk_email or EMAIL
    token = _told(settings.zendesk_token)
    secret = _told(settings.zendesk_webhook_secret)
    desk = ZendeskStandIn(
        email=email, token=token, secret=secret, hook_url=f"{hooks}/zendesk"
    )
    return desk, {"EMAIL": email, "TOKEN": token, "WEBHOOK_SECRET": secret}


def _zammad(settings: Settings, hooks: str) -> Made:
    token = _told(settings.zammad_token)
    secret = _told(settings.zammad_webhook_secret)
    desk = ZammadStandIn(
        token=token,
        secret=secret,
        hook_url=f"{hooks}/zammad",
        groups=(settings.zammad_group,),
    )
    return desk, {"TOKEN": token, "WEBHOOK_SECRET": secret}


def _told(secret: SecretStr | None) -> str:
    """What the settings say, or something new."""
    return secret.get_secret_value() if secret else secrets.token_hex(32)


STAND_INS: Mapping[str, Callable[[Settings, str], Made]] = {
    "chatwoot": _chatwoot,
    "zammad": _zammad,
    "zendesk": _zendesk,
}
