"""Puts the services together: settings in, everything ready to be used out."""

from collections.abc import Mapping

from bot import schema
from bot.accounts.journal import Journal
from bot.accounts.models import UndoKind
from bot.accounts.undoing import Reverser, Undoing
from bot.agents import assembly as agents
from bot.agents.assembly import Team
from bot.background import Courier
from bot.chats import (
    build_conversations,
    build_turns,
    build_visits,
    build_web_sessions,
    new_tokens,
)
from bot.clock import Clock, SystemClock
from bot.connectors import assembly as connectors
from bot.connectors.assembly import Outlets
from bot.conversations.aging import Aging
from bot.conversations.citations import Citations
from bot.conversations.departures import Departures
from bot.conversations.forgetting import Forgetting
from bot.conversations.notifier import Notifier
from bot.conversations.ownership import Ownership
from bot.conversations.ratings import Ratings
from bot.conversations.saying import Saying
from bot.conversations.typing import TypingSigns
from bot.conversations.wording import Wording as ConversationWording
from bot.desk import assembly as desk
from bot.engine.client import EngineClient
from bot.engine.memory import EngineMemory
from bot.engine.process import engine_state
from bot.engine.token import engine_token
from bot.ground import Ground, lay_ground, with_identity_key
from bot.handoff import assembly as handoff
from bot.handoff.assembly import Handoff
from bot.insights import assembly as insights
from bot.insights.assembly import Figures
from bot.knowledge.articles import load_articles
from bot.language import detect
from bot.limits import make_limits
from bot.privacy.erasing import Erasure
from bot.privacy.exporting import Export
from bot.privacy.rotation import Rotation
from bot.privacy.secrets import keys_of
from bot.review import assembly as review
from bot.services import Services
from bot.settings import Settings
from bot.telephony.assembly import hands
from bot.telephony.calls import Calls
from bot.telephony.gateway import Gateway
from bot.telephony.lines import LineTypes
from bot.telephony.reports import DeliveryReports
from bot.telephony.suppressions import Suppressions
from bot.texting import assembly as texting
from bot.texting.linking import Linking
from bot.verification import assembly
from bot.verification.backend import Backend
from bot.verification.outside import Outside
from bot.verification.randomness import Randomness, SystemRandomness

LOOPBACK = "127.0.0.1"


def open_services(settings: Settings) -> Services:
    """Every service, over a database that is brought up to date first."""
    services = build_services(settings)
    schema.upgrade(services.database)
    return services


def build_services(
    settings: Settings,
    *,
    clock: Clock | None = None,
    randomness: Randomness | None = None,
    gateway: Gateway | None = None,
    lines: LineTypes | None = None,
) -> Services:
    """Make every service over the settings' database; nothing is started."""
    keys = keys_of(settings)
    ground = lay_ground(
        with_identity_key(settings, keys),
        keys,
        clock=clock or SystemClock(),
        randomness=randomness or SystemRandomness(),
        gateway=gateway,
        lines=lines,
    )
    figures = insights.build(ground.outside)
    parts = assembly.assemble(ground.outside, codes_go=figures.keeping.let_codes_go)
    people = agents.build(ground.outside, new_token=new_tokens(ground.outside))
    notifier = Notifier()
    linking = texting.build_linking(ground.outside)
    outlets = connectors.build_outlets(parts)
    saying = texting.build_saying(ground.outside, linking, outlets.outbox.said)
    team = handoff.build(
        parts,
        people,
        saying=saying,
        tell=notifier.notify,
        events=outlets.outbox,
        count_agents=outlets.count_agents,
    )
    return _gather(
        *(ground, parts.backend(), team, people, notifier, figures),
        linking=linking,
        saying=saying,
        outlets=outlets,
    )


def _gather(
    ground: Ground,
    backend: Backend,
    team: Handoff,
    people: Team,
    notifier: Notifier,
    figures: Figures,
    *,
    linking: Linking,
    saying: Saying,
    outlets: Outlets,
) -> Services:
    outside = ground.outside
    disclosures = backend.disclosures
    outbox = outlets.outbox
    conversations = build_conversations(
        *(outside, backend, saying, team, figures.keeping), outbox.heard
    )
    departures = Departures(
        outside.sessions,
        outside.clock,
        conversations,
        ConversationWording(),
        on_left=[team.queueing.abandon, outbox.left],
    )
    aging = Aging(
        *(outside.sessions, outside.clock, departures),
        lifetime=outside.settings.message_retention,
    )
    memory = EngineMemory(
        *(engine_state(outside.settings), outside.clock, aging.alive),
        lifetime=outside.settings.message_retention,
    )
    engine = build_engine_client(outside.settings)
    articles = load_articles(outside.brand.help_url)
    citations = Citations(articles)
    turns = build_turns(outside, conversations, citations, engine, notifier)
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
        case_watch=team.case_watch,
        handoff=team.requests,
        queueing=team.queueing,
        desk=team.desk,
        promises=team.promises,
        connectors=connectors.build(outside, outlets, team.desk),
        summaries=team.summaries,
        review=review.build(outside, people),
        insights=figures.insights,
        facts=figures.keeping,
        conversations=conversations,
        ownership=Ownership(outside.sessions, outside.clock),
        web_sessions=build_web_sessions(outside),
        visits=build_visits(outside, conversations, departures, backend.vouching),
        ratings=Ratings(
            outside.sessions, outside.clock, region=outside.settings.region
        ),
        limits=make_limits(outside.settings, outside.clock),
        forgetting=Forgetting(conversations, departures, engine),
        aging=aging,
        engine_memory=memory,
        export=Export(outside.sessions, outside.cipher, memory.of),
        kept_keys=ground.kept,
        rotation=Rotation(outside.sessions, outside.cipher, ground.kept),
        erasure=Erasure(
            *(outside.sessions, outside.clock),
            leave=departures.drop,
            unaddress=outside.outbox.forget_addresses,
            close=backend.deletions.close_now,
            forget=memory.forget,
        ),
        notifier=notifier,
        turns=turns,
        linking=linking,
        inbox=texts.inbox,
        text_reader=texts.reader,
        engine=engine,
    )


def build_engine_client(settings: Settings) -> EngineClient:
    """The client of the engine that the settings name."""
    url = settings.engine_url or f"http://{LOOPBACK}:{settings.engine_port}"
    token = engine_token(settings)
    return EngineClient(url, token, timeout=settings.engine_timeout)


def _build_undoing(outside: Outside, reversers: Mapping[UndoKind, Reverser]) -> Undoing:
    return Undoing(
        outside.sessions,
        outside.clock,
        reversers,
        Journal(outside.clock),
        outside.outbox,
    )
