"""What the services stand on: database, keys, clock, and the ways out."""

from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import Engine

from bot.accounts.holding import Holding
from bot.background import Bell
from bot.brand import load_brand
from bot.clock import Clock
from bot.conversations.answering import line_being_answered
from bot.database import connect, sessions
from bot.privacy.cipher import Cipher, Fingerprints, Keys
from bot.privacy.kept_keys import KeptKeys
from bot.settings import Settings
from bot.telephony.assembly import build_gateway
from bot.telephony.gateway import Gateway
from bot.telephony.lines import LineTypes
from bot.telephony.options import Options
from bot.telephony.outbox import Outbox
from bot.telephony.policy import NumberPolicy
from bot.telephony.twilio.account import TwilioAccount, twilio_account
from bot.telephony.wording import Wording
from bot.verification.outside import Outside
from bot.verification.randomness import Randomness


@dataclass(frozen=True)
class Ground:
    """What the services stand on."""

    outside: Outside
    database: Engine
    bell: Bell
    kept: KeptKeys
    twilio: TwilioAccount


def with_identity_key(settings: Settings, keys: Keys) -> Settings:
    """In the demo, identity tokens have a key even where none is set."""
    if settings.identity_token_key is not None or not settings.demo:
        return settings
    key = SecretStr(keys.derive("identity tokens").hex())
    return settings.model_copy(update={"identity_token_key": key})


def number_policy(settings: Settings) -> NumberPolicy:
    """Which numbers may get codes; made-up ones in the demo only."""
    return NumberPolicy(
        settings.countries,
        refuse_voip=settings.refuse_voip,
        allow_fictional=settings.demo,
        unknown_lines=settings.unknown_lines,
    )


def lay_ground(
    settings: Settings,
    keys: Keys,
    *,
    clock: Clock,
    randomness: Randomness,
    gateway: Gateway | None,
    lines: LineTypes | None,
) -> Ground:
    """What is outside of the services: database, keys, and the ways out."""
    database, bell, brand = (
        connect(settings.resolved_database_url()),
        Bell(),
        load_brand(),
    )
    made = sessions(database)
    cipher = Cipher(*keys.every("encryption"))
    kept = KeptKeys(made, clock, keys, cipher)
    fingerprints = Fingerprints(kept.lasting("fingerprints"))
    account, wording = twilio_account(settings, keys), Wording(brand)
    options = Options(settings, account, made, clock, fingerprints)
    verifications = options.verifications()
    way_out = gateway or options.way_out(
        build_gateway(settings, account, wording),
        Holding(made, fingerprints).verified_on,
        verifications,
    )
    outside = Outside(
        sessions=made,
        clock=clock,
        settings=settings,
        keys=keys,
        cipher=cipher,
        fingerprints=fingerprints,
        outbox=Outbox(
            *(made, clock, cipher, fingerprints, way_out),
            waits=settings.send_waits,
            on_wake=bell.ring,
        ),
        wording=wording,
        brand=brand,
        lines=lines or options.lines(),
        policy=number_policy(settings),
        randomness=randomness,
        verifications=verifications,
        risks=options.risks(),
        kept=kept,
        answering=line_being_answered,
    )
    return Ground(outside, database, bell, kept, account)
