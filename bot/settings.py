"""The settings: every `BOT_*` variable of the environment, read in one place."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict
from pydantic_settings import SettingsError as ValueUnreadable

from bot.addresses import LOOPBACK, as_origin, as_proxies, origin_of
from bot.privacy.weakness import weakness
from bot.settings_connectors import ConnectorSettings, connector_fault
from bot.settings_twilio import twilio_fault

__all__ = ["LOOPBACK", "Settings", "SettingsError", "load_settings"]

Origin = Annotated[str, AfterValidator(as_origin)]
# Secrets that an operator makes up, unlike those that somebody else hands out.
KEYS = (
    *("secret_key", "identity_token_key", "webhook_secret"),
    *("chatwoot_path_secret", "zammad_webhook_secret"),
)


class SettingsError(Exception):
    """A setting is missing or has a value that cannot be used; the text names it."""


class Settings(ConnectorSettings):
    """What an operator may choose. Durations are whole seconds."""

    model_config = SettingsConfigDict(env_prefix="BOT_", frozen=True, extra="ignore")

    mode: Literal["demo", "production"] = Field(
        "demo", description="`demo` shows sent codes at /demo and stays on loopback"
    )
    host: str = Field("127.0.0.1", description="address the app listens on")
    port: int = Field(8000, ge=1, le=65535, description="port the app listens on")
    state_dir: Path = Field(
        Path(".state"), description="folder of the SQLite files and of demo secrets"
    )
    database_url: str = Field(
        "", description="SQLAlchemy URL; empty: SQLite in the state folder"
    )
    secret_key: SecretStr | None = Field(
        None, description="32 characters or more; every other key is derived from it"
    )
    old_secret_keys: tuple[SecretStr, ...] = Field(
        (), description="secret keys before it, until `keys rotate`, as a JSON list"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="least severe log line that is written"
    )

    engine_url: str = Field(
        "", description="another engine's address; empty: started as a child process"
    )
    engine_port: int = Field(
        5005, ge=1, le=65535, description="loopback port of the engine that is started"
    )
    engine_timeout: float = Field(
        10, gt=0, description="seconds to wait for the engine's answer to one message"
    )
    action_timeout: float = Field(
        5, gt=0, description="seconds that one custom action may take"
    )

    language: Literal["en", "es"] = Field(
        "en", description="language of a conversation until the person shows another"
    )
    region: str = Field(
        "US", pattern="^[A-Z]{2}$", description="country of numbers given without `+`"
    )
    message_length: int = Field(
        1000, ge=50, le=10000, description="most characters of one web message"
    )
    messages_per_minute: int = Field(
        20, ge=1, description="most messages of one conversation in a minute"
    )
    session_lifetime: int = Field(
        86400,
        ge=60,
        description="how long a visitor's cookie is good for after a visit, or a"
        " tool's token",
    )
    token_lifetime: int = Field(
        900, ge=60, description="how long the widget's token is good for"
    )
    embed_origins: tuple[Origin, ...] = Field(
        (), description="websites that may show the widget, as a JSON list of origins"
    )
    openings_per_address: int = Field(
        20, ge=1, description="most conversations opened from one address in a minute"
    )
    openings_altogether: int = Field(
        300, ge=1, description="most conversations opened in a minute"
    )
    messages_per_address: int = Field(
        120, ge=1, description="most messages from one address in a minute"
    )
    messages_altogether: int = Field(
        3000, ge=1, description="most messages in a minute"
    )
    streams_per_address: int = Field(
        40, ge=1, description="most event streams of one address at a time"
    )
    streams_altogether: int = Field(
        2000, ge=1, description="most event streams at a time"
    )
    trusted_proxies: Annotated[str, AfterValidator(as_proxies)] = Field(
        "",
        description="addresses of the proxies in front, separated by commas; their"
        " `X-Forwarded-For` is believed",
    )
    identity_token_key: SecretStr | None = Field(
        None, description="HS256 key of the host website's identity tokens"
    )
    identity_token_audience: str = Field(
        "switchboard", description="audience that an identity token has to name"
    )

    code_lifetime: int = Field(
        600,
        ge=60,
        le=600,
        description="how long a code is good for (NIST: 600 at most)",
    )
    code_guesses: int = Field(5, ge=1, le=10, description="guesses at one code")
    code_sends: int = Field(5, ge=1, le=10, description="codes sent in one window")
    code_waits: tuple[int, ...] = Field(
        (60, 120, 300, 600), description="waits between sends, as a JSON list"
    )
    code_window: int = Field(
        3600, ge=60, le=86400, description="how long one window of sends lasts"
    )
    number_sends_per_day: int = Field(
        10, ge=1, description="codes sent to one number in 24 hours"
    )
    authenticator_failures: int = Field(
        20,
        ge=1,
        le=100,
        description="wrong guesses before an authenticator is disabled",
    )
    proof_lifetime: int = Field(
        900, ge=60, description="how long a proof allows to look at the account"
    )
    fresh_proof_lifetime: int = Field(
        300, ge=60, le=900, description="how long a proof allows a change"
    )
    number_idle_days: int = Field(
        365,
        ge=30,
        description="days without a proof after which a number, which may be somebody"
        " else's by now, proves a change only beside another proof",
    )
    accounts_per_number: int = Field(
        1, ge=1, le=10, description="accounts that may verify the same number"
    )
    refuse_voip: bool = Field(
        True, description="refuse VoIP numbers for codes; this service's own policy"
    )
    countries: tuple[str, ...] = Field(
        ("US", "CA", "PR", "VI", "GU", "AS", "MP"),
        description="countries whose numbers get codes, as a JSON list",
    )
    disclosure_lifetime: int = Field(
        900, ge=60, description="how long a value typed in the chat can be used"
    )

    message_retention: int = Field(
        2592000,
        ge=86400,
        description="how long what was said in conversations is kept",
    )
    audit_retention: int = Field(
        31536000, ge=2592000, description="how long security events are kept"
    )

    public_url: str = Field(
        "", description="address that links in notices start with; empty: host and port"
    )
    undo_lifetime: int = Field(
        86400, ge=3600, description="how long a change can be taken back by its link"
    )
    deletion_wait: int = Field(
        604800, ge=86400, description="how long an account's deletion can be cancelled"
    )
    case_wait: int = Field(
        259200,
        ge=3600,
        description="how long a recovery case waits at least before it is decided",
    )
    case_approval_lifetime: int = Field(
        604800, ge=3600, description="how long an approved case can be used"
    )

    segment_price: float = Field(
        0.0083, ge=0, description="price of one SMS segment, for the cost estimate"
    )
    call_price: float = Field(
        0.014, ge=0, description="price of one call, for the cost estimate"
    )
    currency: str = Field(
        "USD", pattern="^[A-Z]{3}$", description="currency of both prices (ISO 4217)"
    )

    hours_file: Path | None = Field(
        None,
        description="the support team's hours and targets, written like"
        " `bot/handoff/hours.yml`; empty: that file, in the demo always open",
    )
    recovery_file: Path | None = Field(
        None,
        description="what makes a recovery case risky, and what that asks for, written"
        " like `bot/handoff/recovery.yml`; empty: that file",
    )

    @property
    def demo(self) -> bool:
        """Whether this is the demonstration, with made-up people and visible codes."""
        return self.mode == "demo"

    @property
    def own_url(self) -> str:
        """The address that the app listens on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def link_base(self) -> str:
        """What a link to this service starts with, without a slash at its end."""
        return (self.public_url or self.own_url).rstrip("/")

    @property
    def own_origin(self) -> str:
        """The origin of the pages that this service serves."""
        return origin_of(self.link_base)

    def resolved_database_url(self) -> str:
        """The database's URL, the SQLite file in the state folder when none is set."""
        return self.database_url or f"sqlite:///{self.state_dir / 'switchboard.db'}"


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a variable is missing or wrong; the text names each.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    except ValueUnreadable as error:
        raise SettingsError(_name(error)) from None
    _require_safe(settings)
    return settings


def _explain(error: ValidationError) -> str:
    lines = (
        f"BOT_{'_'.join(str(part) for part in item['loc'][:1]).upper()}: {item['msg']}"
        for item in error.errors(include_input=False)
    )
    return "\n".join(lines)


def _name(error: ValueUnreadable) -> str:
    named = re.search(r'field "(\w+)"', str(error))
    return f"BOT_{named[1].upper() if named else '*'}: write a JSON list"


def _require_safe(settings: Settings) -> None:
    if settings.demo and settings.host not in LOOPBACK:
        raise SettingsError(
            "BOT_HOST: the demo shows every code it sends and listens on 127.0.0.1"
            " only; set BOT_MODE=production to listen elsewhere"
        )
    if not settings.demo and settings.secret_key is None:
        raise SettingsError("BOT_SECRET_KEY is not set; production needs one")
    if fault := connector_fault(settings):
        raise SettingsError(fault)
    for name in KEYS:
        key = getattr(settings, name)
        if key is not None and (fault := weakness(key)):
            raise SettingsError(f"BOT_{name.upper()}: {fault}")
    if not settings.demo and (fault := twilio_fault(settings)):
        raise SettingsError(fault)
