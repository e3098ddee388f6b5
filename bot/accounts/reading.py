"""Reading a new number: what it is, what line it is on, whether codes may go there."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.errors import LookupLimit
from bot.clock import Clock
from bot.database import Sessions
from bot.settings import Settings
from bot.telephony.gateway import Way
from bot.telephony.lines import Line, LineTypes
from bot.telephony.numbers import Number, mask, parse
from bot.telephony.policy import NumberPolicy
from bot.verification.throttles import Throttles
from bot.verification.visitors import Visitors

LOOKUPS, LOOKUPS_OF_PLACE, PERIOD = 10, 30, 3600


@dataclass(frozen=True)
class ReadNumber:
    """A number that gets codes, and the ways they may take, best first."""

    number: Number
    line: Line
    ways: tuple[str, ...]

    @property
    def way(self) -> Way:
        """The way a first code takes."""
        return "sms" if "sms" in self.ways else "voice"


@dataclass(frozen=True)
class Eligible:
    """A number that could get codes; whose it is, if anybody's, is not looked at."""

    masked: str
    ways: tuple[str, ...]
    line_type: str
    country: str


class NumberReader:
    """Reads numbers; nothing is asked about accounts."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        settings: Settings,
        lines: LineTypes,
        policy: NumberPolicy,
        throttles: Throttles,
        visitors: Visitors,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._region = settings.region
        self._lines = lines
        self._policy = policy
        self._throttles = throttles
        self._visitors = visitors

    def read(self, text: str) -> ReadNumber:
        """Read a number; call it outside of transactions: it may leave the machine.

        Raises:
            NumberError: the number cannot be read, or gets no codes.
        """
        return self._judge(parse(text, region=self._region))

    def eligibility(self, conversation_id: str, text: str) -> Eligible:
        """Say whether a number could get codes, to anybody.

        Looking lines up costs money, so a conversation gets ten in an hour, and the
        place that it comes from thirty.

        Raises:
            NumberError: the number cannot be read, or gets no codes.
            LookupLimit: too many were asked about.
        """
        number = parse(text, region=self._region)
        self._admit(conversation_id)
        read = self._judge(number)
        return Eligible(mask(number.e164), read.ways, read.line.kind, number.country)

    def _judge(self, number: Number) -> ReadNumber:
        # What is refused anyway needs no look-up.
        self._policy.check_number(number)
        found = self._lines.look_up(number.e164)
        line = self._policy.settle(number, found)
        return ReadNumber(number, line, self._policy.check(number, line))

    def _admit(self, conversation_id: str) -> None:
        with self._sessions.begin() as session:
            self._admit_within(session, f"lookup:{conversation_id}", LOOKUPS)
            place = self._visitors.of(session, conversation_id)
            if place is not None:
                self._admit_within(session, f"lookup:{place}", LOOKUPS_OF_PLACE)

    def _admit_within(self, session: Session, key: str, most: int) -> None:
        again_in = self._throttles.admit_within(
            session, key, most=most, period=PERIOD, now=self._clock.now()
        )
        if again_in:
            raise LookupLimit(again_in)
