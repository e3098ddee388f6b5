"""Everything that an action or a channel may ask for, put together once."""

from dataclasses import dataclass

from sqlalchemy import Engine

from bot.accounts.activity import Activity
from bot.accounts.deletion import Deletions
from bot.accounts.emails import Emails
from bot.accounts.numbers import PhoneNumbers
from bot.accounts.suspension import Suspension
from bot.accounts.undoing import Undoing
from bot.agents.assembly import Team
from bot.background import Courier
from bot.brand import Brand
from bot.clock import Clock
from bot.connectors.assembly import Connectors
from bot.conversations.aging import Aging
from bot.conversations.forgetting import Forgetting
from bot.conversations.notifier import Notifier
from bot.conversations.ownership import Ownership
from bot.conversations.ratings import Ratings
from bot.conversations.service import Conversations
from bot.conversations.turns import Turns
from bot.conversations.typing import TypingSigns
from bot.conversations.visits import Visits
from bot.conversations.web_sessions import WebSessions
from bot.database import Sessions
from bot.desk.assembly import DeskServices
from bot.engine.client import EngineClient
from bot.engine.memory import EngineMemory
from bot.handoff.cases import Cases
from bot.handoff.desk import Desk
from bot.handoff.promises import Promises
from bot.handoff.queueing import Queueing
from bot.handoff.requests import HandoffRequests
from bot.handoff.summary import Summaries
from bot.handoff.watching import CaseWatch
from bot.insights.insights import Insights
from bot.insights.keeping import Keeping
from bot.knowledge.articles import Articles
from bot.limits import Limits
from bot.privacy.cipher import Fingerprints
from bot.privacy.disclosures import Disclosures
from bot.privacy.erasing import Erasure
from bot.privacy.exporting import Export
from bot.privacy.kept_keys import KeptKeys
from bot.privacy.rotation import Rotation
from bot.review.service import Review
from bot.settings import Settings
from bot.telephony.calls import Calls
from bot.telephony.outbox import Outbox
from bot.telephony.reports import DeliveryReports
from bot.telephony.suppressions import Suppressions
from bot.telephony.twilio.account import TwilioAccount
from bot.texting.inbox import Inbox
from bot.texting.linking import Linking
from bot.texting.reader import TextReader
from bot.verification.history import CodeHistory
from bot.verification.identification import Identification
from bot.verification.recovery import RecoveryCodes
from bot.verification.retention import Retention
from bot.verification.showings import Showings
from bot.verification.totp import Totp
from bot.verification.traffic import Traffic
from bot.verification.two_factor import TwoFactor
from bot.verification.visitors import Visitors


@dataclass(frozen=True)
class Services:
    """The product's parts; made by `bot.app.build_services`."""

    settings: Settings
    clock: Clock
    database: Engine
    agents: Team
    team: DeskServices
    typing: TypingSigns
    sessions: Sessions
    fingerprints: Fingerprints
    brand: Brand
    articles: Articles
    disclosures: Disclosures
    outbox: Outbox
    courier: Courier
    calls: Calls
    delivery_reports: DeliveryReports
    suppressions: Suppressions
    twilio: TwilioAccount
    identification: Identification
    phone_numbers: PhoneNumbers
    history: CodeHistory
    totp: Totp
    recovery_codes: RecoveryCodes
    two_factor: TwoFactor
    suspension: Suspension
    showings: Showings
    activity: Activity
    emails: Emails
    deletions: Deletions
    retention: Retention
    visitors: Visitors
    traffic: Traffic
    undoing: Undoing
    cases: Cases
    case_watch: CaseWatch
    handoff: HandoffRequests
    queueing: Queueing
    desk: Desk
    promises: Promises
    connectors: Connectors
    summaries: Summaries
    review: Review
    insights: Insights
    facts: Keeping
    conversations: Conversations
    ownership: Ownership
    web_sessions: WebSessions
    visits: Visits
    ratings: Ratings
    limits: Limits
    forgetting: Forgetting
    aging: Aging
    engine_memory: EngineMemory
    export: Export
    erasure: Erasure
    kept_keys: KeptKeys
    rotation: Rotation
    notifier: Notifier
    turns: Turns
    linking: Linking
    inbox: Inbox
    text_reader: TextReader
    engine: EngineClient
