"""A conversation with everything it needs, put together for tests."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.clock import Clock
from bot.conversations.citations import Citations
from bot.conversations.forgetting import rows_of
from bot.conversations.lines import Line, Option
from bot.conversations.notifier import Notifier
from bot.conversations.open_turns import OpenTurns
from bot.conversations.ownership import Ownership
from bot.conversations.service import Conversations, Forget
from bot.conversations.turn import Gate, Pace, Turn
from bot.conversations.turns import Turns
from bot.conversations.wording import Wording
from bot.database import Sessions
from bot.engine.client import EngineClient
from bot.knowledge.articles import Articles
from bot.language import detect
from bot.privacy.cipher import Cipher
from bot.privacy.disclosures import Disclosures
from bot.privacy.models import Disclosure
from bot.settings import Settings

FAST = Pace(
    waits=(0.02, 0.02, 0.05), patience=0.05, strikes=4, lease=5, sweep=0.05, at_once=4
)


@dataclass
class Stage:
    """The services of conversations over one database."""

    sessions: Sessions
    clock: Clock
    cipher: Cipher
    settings: Settings = field(default_factory=Settings)
    on_heard: Sequence[Forget] = ()

    def __post_init__(self) -> None:
        self.disclosures = Disclosures(
            self.sessions, self.clock, self.cipher, lifetime=900
        )
        self.conversations = Conversations(
            self.sessions,
            self.clock,
            settings=self.settings,
            disclosures=self.disclosures,
            detect=detect,
            new_id=lambda: secrets.token_urlsafe(18),
            wording=Wording(),
            forget=[rows_of(Disclosure)],
            on_heard=self.on_heard,
        )
        self.ownership = Ownership(self.sessions, self.clock)
        self.open_turns = OpenTurns(self.sessions, self.clock)
        self.notifier = Notifier()

    def turns(
        self, engine: EngineClient, *, holder: str = "one", pace: Pace = FAST
    ) -> Turns:
        gate = Gate(pace.at_once)

        def new_turn(conversation_id: str) -> Turn:
            return Turn(
                conversation_id,
                conversations=self.conversations,
                citations=Citations(Articles([], "https://help.example.com")),
                engine=engine,
                gate=gate,
                pace=pace,
                notify=self.notifier.notify,
            )

        return Turns(self.open_turns, new_turn, holder=holder, pace=pace)

    def offer(self, conversation_id: str, *payloads: str) -> int:
        """Let the visitor say something and the bot offer options for it."""
        seq = self.conversations.hear(conversation_id, text="what can I do?").seq
        options = tuple(Option(f"Title of {payload}", payload) for payload in payloads)
        line = Line("Choose", kind="options", options=options)
        (offered,) = self.conversations.reply(conversation_id, seq, (line,))
        return offered

    def log(self, conversation_id: str) -> list[tuple[str, str]]:
        """Who said what, in order."""
        thread = self.conversations.read(conversation_id)
        return [(message.author, message.text) for message in thread.messages]
