"""Which help desks the settings turn on, each by its address."""

from pydantic import SecretStr

from bot.clock import Clock
from bot.connectors import chatwoot, zammad, zendesk
from bot.connectors.calls import Calls
from bot.connectors.chatwoot import Chatwoot
from bot.connectors.port import Connector
from bot.connectors.zammad import Zammad
from bot.connectors.zendesk import Zendesk
from bot.settings import Settings


def help_desks(settings: Settings, clock: Clock) -> tuple[Connector, ...]:
    """Every one that is on."""
    desks: list[Connector] = []
    if settings.chatwoot_url:
        desks.append(_chatwoot(settings, clock))
    if settings.zendesk_url:
        desks.append(_zendesk(settings, clock))
    if settings.zammad_url:
        desks.append(_zammad(settings, clock))
    return tuple(desks)


def told(secret: SecretStr | None) -> str:
    """A secret's text, empty where there is none."""
    return secret.get_secret_value() if secret else ""


def _chatwoot(settings: Settings, clock: Clock) -> Chatwoot:
    base = chatwoot.base_url(settings.chatwoot_url, settings.chatwoot_account)
    headers = chatwoot.headers(told(settings.chatwoot_token))
    return Chatwoot(
        clock,
        Calls(clock, base, headers),
        settings.chatwoot_inbox,
        secret=told(settings.chatwoot_webhook_secret),
        path_secret=told(settings.chatwoot_path_secret),
    )


def _zendesk(settings: Settings, clock: Clock) -> Zendesk:
    headers = zendesk.headers(settings.zendesk_email, told(settings.zendesk_token))
    calls = Calls(clock, settings.zendesk_url, headers)
    return Zendesk(clock, calls, told(settings.zendesk_webhook_secret))


def _zammad(settings: Settings, clock: Clock) -> Zammad:
    headers = zammad.headers(told(settings.zammad_token))
    calls = Calls(clock, settings.zammad_url, headers)
    secret = told(settings.zammad_webhook_secret)
    return Zammad(calls, secret, settings.zammad_group)
