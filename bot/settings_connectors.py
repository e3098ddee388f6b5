"""The settings of the systems that a team already works in."""

from typing import Literal

from pydantic import Field, SecretStr

from bot.settings_telephony import TelephonySettings

# Without these a system that is turned on could not be talked to, or not be believed.
NEEDED = {
    "webhook_url": ("webhook_secret",),
    "chatwoot_url": ("chatwoot_account", "chatwoot_inbox", "chatwoot_token"),
    "zendesk_url": ("zendesk_email", "zendesk_token", "zendesk_webhook_secret"),
    "zammad_url": ("zammad_token", "zammad_webhook_secret"),
}


class ConnectorSettings(TelephonySettings):
    """What an operator may choose of other systems; each is off until it is named."""

    webhook_url: str = Field(
        "", description="address that is told of handoffs; empty: nobody is"
    )
    webhook_secret: SecretStr | None = Field(
        None, description="key of the signatures of what is told there"
    )
    help_desk_presence: Literal["hours", "desk"] = Field(
        "hours",
        description="with a help desk connected, when somebody counts as there: in"
        " the team's `hours`, or while an agent's page of our own `desk` is open",
    )

    chatwoot_url: str = Field("", description="address of your Chatwoot; empty: off")
    chatwoot_account: int = Field(0, ge=0, description="number of the Chatwoot account")
    chatwoot_inbox: int = Field(
        0, ge=0, description="number of the API inbox that gets the conversations"
    )
    chatwoot_token: SecretStr | None = Field(
        None, description="access token of the Chatwoot user who opens conversations"
    )
    chatwoot_webhook_secret: SecretStr | None = Field(
        None, description="secret that the inbox's webhook is signed with"
    )
    chatwoot_path_secret: SecretStr | None = Field(
        None,
        description="end of the webhook's address, where Chatwoot is too old to sign",
    )

    zendesk_url: str = Field(
        "", description="address of your Zendesk, https://...zendesk.com; empty: off"
    )
    zendesk_email: str = Field(
        "", description="e-mail of the Zendesk user that tickets are opened by"
    )
    zendesk_token: SecretStr | None = Field(
        None, description="an API token of Zendesk's Admin Center"
    )
    zendesk_webhook_secret: SecretStr | None = Field(
        None, description="signing secret of the webhook at Zendesk"
    )

    zammad_url: str = Field("", description="address of your Zammad; empty: off")
    zammad_token: SecretStr | None = Field(
        None, description="access token of the Zammad user that tickets are opened by"
    )
    zammad_group: str = Field("Users", description="group that gets the tickets")
    zammad_webhook_secret: SecretStr | None = Field(
        None, description="HMAC SHA1 signature token of the webhook at Zammad"
    )


def connector_fault(settings: ConnectorSettings) -> str | None:
    """What a system lacks that is turned on by its address; names the variables."""
    for url, needed in NEEDED.items():
        if getattr(settings, url):
            for name in needed:
                if not getattr(settings, name):
                    return f"BOT_{name.upper()} is not set; BOT_{url.upper()} needs it"
    secrets = settings.chatwoot_webhook_secret or settings.chatwoot_path_secret
    if settings.chatwoot_url and not secrets:
        return (
            "BOT_CHATWOOT_WEBHOOK_SECRET is not set; BOT_CHATWOOT_URL needs it, or"
            " BOT_CHATWOOT_PATH_SECRET"
        )
    return None
