"""The settings of texts and calls: how they leave, to whom, and how many."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

TWILIO_SENDER = r"^(\+[1-9]\d{6,14}|MG[0-9a-f]{32})?$"


class TelephonySettings(BaseSettings):
    """What an operator may choose of telephony. Durations are whole seconds."""

    gateway: Literal["console", "twilio"] = Field(
        "console", description="how messages leave: `console` shows them, sends none"
    )
    send_waits: tuple[int, ...] = Field(
        (2, 10, 30, 60),
        min_length=1,
        description="waits before a message is tried again, as a JSON list",
    )
    texts_per_hour: int = Field(
        60, ge=2, description="texts of one number that get an answer in an hour"
    )
    twilio_account_sid: str = Field(
        "", pattern="^(AC[0-9a-f]{32})?$", description="Twilio account (AC...)"
    )
    twilio_auth_token: SecretStr | None = Field(
        None, description="Twilio auth token; signs in, and checks webhooks"
    )
    twilio_old_auth_token: SecretStr | None = Field(
        None, description="the token before, good for webhooks while it is rotated"
    )
    twilio_code_sender: str = Field(
        "",
        pattern=TWILIO_SENDER,
        description="number or Messaging Service (MG...) of codes and notices",
    )
    twilio_conversation_sender: str = Field(
        "",
        pattern=TWILIO_SENDER,
        description="number or Messaging Service (MG...) that people text with",
    )
    twilio_voice_sender: str = Field(
        "", pattern=r"^(\+[1-9]\d{6,14})?$", description="number that calls come from"
    )
    twilio_base_url: str = Field(
        "",
        description="other address of Twilio's API; empty: Twilio's, in the demo ours",
    )
    twilio_timeout: float = Field(
        5, gt=0, le=30, description="seconds to wait for Twilio's answer"
    )

    line_types: Literal["numbering_plan", "twilio"] = Field(
        "numbering_plan", description="who says what kind of line a number is on"
    )
    line_lifetime: int = Field(
        604800, ge=0, description="how long an answer about a line counts"
    )
    unknown_lines: Literal["refuse", "landline", "numbering_plan"] = Field(
        "refuse",
        description="what a line is taken for when the look-up cannot tell",
    )
    sim_swap: Literal["off", "check", "require"] = Field(
        "off",
        description="no codes to a SIM changed lately; `require`: nor where none tells",
    )
    reassigned_numbers: Literal["off", "check"] = Field(
        "off", description="no codes to a number that somebody else has by now"
    )
    code_engine: Literal["own", "verify"] = Field(
        "own", description="who makes codes for phones; `verify`: Twilio Verify"
    )
    twilio_verify_service: str = Field(
        "", pattern="^(VA[0-9a-f]{32})?$", description="Twilio Verify service (VA...)"
    )
    visitor_sends_per_hour: int = Field(
        20, ge=1, description="codes asked for from one network address in an hour"
    )
    prefix_sends_per_hour: int = Field(
        50, ge=1, description="codes to numbers that differ in four digits, in an hour"
    )
    country_sends_per_hour: int = Field(
        1000, ge=1, description="codes to the numbers of one country in an hour"
    )
    spending_limit: int = Field(
        2000, ge=1, description="codes texted or called in one period; then none leaves"
    )
    spending_period: int = Field(
        3600, ge=60, le=86400, description="how long one period of spending lasts"
    )
    conversion_least: int = Field(
        30, ge=1, description="codes sent to a country before their use is judged"
    )
    conversion_floor: int = Field(
        20, ge=0, le=100, description="percent of codes used, below which the log warns"
    )

    @property
    def uses_twilio(self) -> bool:
        """Whether anything is asked of Twilio, or sent by it."""
        return self.gateway == "twilio" or self.asks_twilio

    @property
    def asks_twilio(self) -> bool:
        """Whether Twilio is asked about numbers or codes."""
        looks_up = (self.sim_swap, self.reassigned_numbers) != ("off", "off")
        return looks_up or self.line_types == "twilio" or self.code_engine == "verify"
