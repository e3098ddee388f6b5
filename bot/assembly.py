"""Puts the services together: settings in, everything ready to be used out."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from pydantic import SecretStr
from sqlalchemy import Engine

from bot.accounts.holding import Holding
from bot.accounts.journal import Journal
from bot.accounts.models import UndoKind
from bot.accounts.undoing import Reverser, Undoing
from bot.agents import assembly as agents
from bot.agents.assembly import Team
from bot.background import Bell, Courier
from bot.brand import load_brand
from bot.clock import Clock, SystemClock
from bot.conversations.citations import Citations
from bot.conversations.departures import Departures
from bot.conversations.forgetting import Forgetting, rows_of
from bot.conversations.lines import BACK
from bot.conversations.notifier import Notifier
from bot.conversations.open_turns import OpenTurns
from bot.conversations.ownership import Ownership
from bot.conversations.ratings import Ratings, unlink_rating
from bot.conversations.saying import Saying
from bot.conversations.service import Conversations
from bot.conversations.turn import Gate, Pace, Turn
from bot.conversations.turns import Turns
from bot.conversations.typing import TypingSigns
from bot.conversations.visits import Visits, Website
from bot.conversations.web_sessions import WebSessions
from bot.conversations.wording import Wording as ConversationWording
from bot.database import connect, sessions
from bot.desk import assembly as desk
from bot.engine.client import EngineClient
from bot.engine.token import engine_token
from bot.handoff import assembly as handoff
from bot.handoff.assembly import Handoff
from bot.knowledge.articles import load_articles
from bot.language import detect
from bot.limits import make_limits
from bot.privacy.cipher import Cipher, Fingerprints, Keys
from bot.privacy.models import Disclosure
from bot.privacy.secrets import secret_key
from bot.services import Services
from bot.settings import Settings
from bot.telephony.assembly import build_gateway, hands
from bot.telephony.calls import Calls
from bot.telephony.gateway import Gateway
from bot.telephony.lines import LineTypes
from bot.telephony.options import Options
from bot.telephony.outbox import Outbox
from bot.telephony.policy import NumberPolicy
from bot.telephony.reports import DeliveryReports
from bot.telephony.suppressions import Suppressions
from bot.telephony.twilio.account import TwilioAccount, twilio_account
from bot.telephony.wording import Wording
from bot.texting import assembly as texting
from bot.texting.linking import Linking
from bot.texting.models import TextThread, WebLink
from bot.verification import assembly
from bot.verification.backend import Backend
from bot.verification.models import Proof, Showing, Visitor
from bot.verification.outside import Outside
from bot.verification.randomness import Randomness, SystemRandomness

ID_BYTES, TOKEN_BYTES = 16, 32
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Ground:
    """What the services stand on."""

    outside: Outside
    database: Engine
    bell: Bell
    twilio: TwilioAccount


def build_services(
    settings: Settings,
    *,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    gateway: Gateway | None = None,
    lines: LineTypes | None = None,
) -> Services:
    """Make every service over the settings' database; nothing is started."""
    keys = Keys(secret_key(settings))
    ground = _lay_ground(
        with_identity_key(settings, keys),
        keys,
        clock=clock or SystemClock(),
        randomness=randomness or SystemRandomness(),
        gateway=gateway,
        lines=lines,
    )
    parts = assembly.assemble(ground.outside)
    people = agents.build(ground.outside, new_token=_new_tokens(ground.outside))
    notifier = Notifier()
    linking = texting.build_linking(ground.outside)
    saying = texting.build_saying(ground.outside, linking)
    team = handoff.build(parts, people, saying=saying, tell=notifier.notify)
    return _gather(
        ground, parts.backend(), team, people, notifier, linking=linking, saying=saying
    )


def _gather(
    ground: Ground,
    backend: Backend,
    team: Handoff,
    people: Team,
    notifier: Notifier,
    *,
    linking: Linking,
    saying: Saying,
) -> Services:
    outside = ground.outside
    disclosures = backend.disclosures
    conversations = _build_conversations(outside, backend, saying, team)
    departures = Departures(
        outside.sessions,
        outside.clock,
        conversations,
        ConversationWording(),
        on_left=[team.queueing.abandon],
    )
    engine = build_engine_client(outside.settings)
    articles = load_articles(outside.brand.help_url)
    citations = Citations(articles)
    turns = _build_turns(outside, conversations, citations, engine, notifier)
    suppressions = Suppressions(outside.clock)
    texts = texting.Assembly(
        outside, conversations, saying, backend.visitors, detect
    ).build(suppressions, notifier, turns)
    return Services(
        settings=outside.settings,
        clock=outside.clock,
        database=ground.database,
        agents=people,
        team=desk.build(
            outside,
            people,
            team,
            suspension=backend.suspension,
            conversations=conversations,
            tell=notifier.notify,
        ),
        typing=TypingSigns(outside.clock, notifier.notify),
        sessions=outside.sessions,
        fingerprints=outside.fingerprints,
        brand=outside.brand,
        articles=articles,
        disclosures=disclosures,
        outbox=outside.outbox,
        courier=Courier(outside.outbox, ground.bell, hands=hands(outside.settings)),
        calls=Calls(
            *(outside.sessions, outside.clock, outside.cipher),
            lifetime=outside.settings.code_lifetime,
        ),
        delivery_reports=DeliveryReports(outside.sessions, outside.clock),
        suppressions=suppressions,
        twilio=ground.twilio,
        identification=backend.identification,
        phone_numbers=backend.phone_numbers,
        history=backend.history,
        totp=backend.totp,
        recovery_codes=backend.recovery_codes,
        two_factor=backend.two_factor,
        suspension=backend.suspension,
        showings=backend.showings,
        activity=backend.activity,
        emails=backend.emails,
        deletions=backend.deletions,
        retention=backend.retention,
        visitors=backend.visitors,
        traffic=backend.traffic,
        undoing=_build_undoing(outside, backend.reversers | team.reversers),
        cases=team.cases,
        handoff=team.requests,
        queueing=team.queueing,
        desk=team.desk,
        promises=team.promises,
        webhook=team.webhook,
        summaries=team.summaries,
        conversations=conversations,
        ownership=Ownership(outside.sessions, outside.clock),
        web_sessions=_build_web_sessions(outside),
        visits=_build_visits(outside, conversations, departures, backend.vouching),
        ratings=Ratings(
            outside.sessions, outside.clock, region=outside.settings.region
        ),
        limits=make_limits(outside.settings, outside.clock),
        forgetting=Forgetting(conversations, departures, engine),
        notifier=notifier,
        turns=turns,
        linking=linking,
        inbox=texts.inbox,
        text_reader=texts.reader,
        engine=engine,
    )


def with_identity_key(settings: Settings, keys: Keys) -> Settings:
    """In the demo, identity tokens have a key even where none is set."""
    if settings.identity_token_key is not None or not settings.demo:
        return settings
    key = SecretStr(keys.derive("identity tokens").hex())
    return settings.model_copy(update={"identity_token_key": key})


def build_engine_client(settings: Settings) -> EngineClient:
    """The client of the engine that the settings name."""
    url = settings.engine_url or f"http://{LOOPBACK}:{settings.engine_port}"
    token = engine_token(settings)
    return EngineClient(url, token, timeout=settings.engine_timeout)


def number_policy(settings: Settings) -> NumberPolicy:
    """Which numbers may get codes; made-up ones in the demo only."""
    return NumberPolicy(
        settings.countries,
        refuse_voip=settings.refuse_voip,
        allow_fictional=settings.demo,
        unknown_lines=settings.unknown_lines,
    )


def _lay_ground(
    settings: Settings,
    keys: Keys,
    *,
    clock: Clock,
    randomness: Randomness,
    gateway: Gateway | None,
    lines: LineTypes | None,
) -> Ground:
    database, bell, brand = (
        connect(settings.resolved_database_url()),
        Bell(),
        load_brand(),
    )
    made = sessions(database)
    cipher = Cipher(keys.derive("encryption"))
    fingerprints = Fingerprints(keys.derive("fingerprints"))
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
    )
    return Ground(outside, database, bell, account)


def _build_conversations(
    outside: Outside, backend: Backend, saying: Saying, team: Handoff
) -> Conversations:
    return Conversations(
        outside.sessions,
        outside.clock,
        settings=outside.settings,
        disclosures=backend.disclosures,
        detect=detect,
        new_id=lambda: outside.randomness.octets(ID_BYTES).hex(),
        wording=ConversationWording(),
        forget=[
            rows_of(Disclosure),
            rows_of(Proof),
            rows_of(Showing),
            unlink_rating,
            rows_of(Visitor),
            rows_of(TextThread),
            rows_of(WebLink),
        ],
        on_heard=[backend.showings.go_on],
        saying=saying,
        on_replied=[team.queueing.join],
        on_chosen={BACK: team.queueing.leave},
    )


def _build_undoing(outside: Outside, reversers: Mapping[UndoKind, Reverser]) -> Undoing:
    return Undoing(
        outside.sessions,
        outside.clock,
        reversers,
        Journal(outside.clock),
        outside.outbox,
    )


def _build_web_sessions(outside: Outside) -> WebSessions:
    return WebSessions(
        outside.sessions,
        outside.clock,
        lifetime=outside.settings.session_lifetime,
        new_token=_new_tokens(outside),
    )


def _build_visits(
    outside: Outside,
    conversations: Conversations,
    departures: Departures,
    website: Website,
) -> Visits:
    return Visits(
        outside.sessions,
        outside.clock,
        settings=outside.settings,
        conversations=conversations,
        departures=departures,
        website=website,
        new_token=_new_tokens(outside),
    )


def _new_tokens(outside: Outside) -> Callable[[], str]:
    def new_token() -> str:
        octets = outside.randomness.octets(TOKEN_BYTES)
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

    return new_token


def _build_turns(
    outside: Outside,
    conversations: Conversations,
    citations: Citations,
    engine: EngineClient,
    notifier: Notifier,
) -> Turns:
    pace = Pace()
    gate = Gate(pace.at_once)

    def new_turn(conversation_id: str) -> Turn:
        return Turn(
            conversation_id,
            conversations=conversations,
            citations=citations,
            engine=engine,
            gate=gate,
            pace=pace,
            notify=notifier.notify,
        )

    open_turns = OpenTurns(outside.sessions, outside.clock)
    return Turns(open_turns, new_turn, holder=uuid4().hex, pace=pace)
