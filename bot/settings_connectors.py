"""The settings of the systems that a team already works in."""

from typing import Literal

from pydantic import Field, SecretStr

from bot.settings_telephony import TelephonySettings


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
