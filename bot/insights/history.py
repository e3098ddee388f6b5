"""A made-up past: the facts that are left of conversations that are gone."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select

from bot.accounts.errors import SeedRefused
from bot.conversations.models import Rating
from bot.database import Base, insert_new
from bot.insights.models import CodeFact, ConversationFact, HandoffFact, MessageDay
from bot.seed import Services

LASTS = 120
SUNDAY = 6
MADE = "history-"
ENDINGS = {"contained": 61, "handed_over": 17, "abandoned": 22}
REASONS = {
    "talk_to_human": 40,
    "code_not_received": 18,
    "lost_phone": 12,
    "not_understood": 12,
    "recover_account": 10,
    "account_compromised": 8,
}
OUTCOMES = {"resolved": 72, "returned": 16, "abandoned": 12}
SCORES = {"5": 48, "4": 22, "3": 10, "2": 8, "1": 12}
WAYS = {"sms": 80, "voice": 8, "email": 12}
ERRORS = {"30003": 40, "30007": 25, "30006": 15, "30005": 12, "30008": 8}

Row = dict[str, Any]


def seed_history(services: Services, conversations: int) -> int:
    """Make up that many conversations of the last months, the same each time.

    Gives how many were made: none where there are some.

    Raises:
        SeedRefused: this is not the demo.
    """
    if not services.settings.demo:
        raise SeedRefused
    with services.sessions.begin() as session:
        made = ConversationFact.id.startswith(MADE)
        if session.scalar(select(ConversationFact.id).where(made).limit(1)):
            return 0
        past = _Past(services.clock.now().date())
        past.happen(conversations)
        for model, rows in past.facts.items():
            if rows:
                session.execute(insert(model), rows)
        for row in past.messages():
            # Days on which something has left in truth stay as they are.
            insert_new(session, MessageDay, **row)
    return conversations


class _Past:
    """Draws conversations and what hangs on them, one after the other."""

    def __init__(self, today: date) -> None:
        self._chance = random.Random(0)  # noqa: S311 - protects nothing
        self._days = [today - timedelta(days=n) for n in range(1, LASTS + 1)]
        self._sent: Counter[tuple[date, str, str, str]] = Counter()
        self.facts: dict[type[Base], list[Row]] = {
            model: [] for model in (ConversationFact, HandoffFact, CodeFact, Rating)
        }

    def happen(self, conversations: int) -> None:
        """Draw everything."""
        busy = [3 if day.weekday() < SUNDAY - 1 else 1 for day in self._days]
        days = self._chance.choices(self._days, busy, k=conversations)
        for number, day in enumerate(days):
            self._converse(f"{MADE}{number}", day)

    def _converse(self, name: str, day: date) -> None:
        spanish = self._chance.random() < 0.28
        texts = self._chance.random() < 0.35
        ending = self._draw(ENDINGS)
        where: Row = {
            "id": name,
            "day": day,
            "channel": "sms" if texts else "web",
            "language": "es" if spanish else "en",
        }
        read = self._chance.randint(1, 6)
        missed = sum(self._chance.random() < 0.08 for _ in range(read))
        counted = {"lines": 2 * read, "read_lines": read, "missed_lines": missed}
        self.facts[ConversationFact].append({**where, **counted, "ending": ending})
        if texts:
            self._sent[day, "sms", where["language"], "talk"] += read
        if ending == "handed_over":
            self.facts[HandoffFact].append({**where, **self._request()})
        if self._chance.random() < 0.12:
            self.facts[Rating].append(self._rating(where))
        if self._chance.random() < 0.6:
            self._code(where)

    def _request(self) -> Row:
        outcome = self._draw(OUTCOMES)
        waited = int(self._chance.lognormvariate(5.6, 0.9))
        worked = int(self._chance.lognormvariate(7.2, 0.7))
        answered = outcome != "abandoned"
        return {
            "reason": self._draw(REASONS),
            "outcome": outcome,
            "first_reply_seconds": waited if answered else None,
            "closed_seconds": waited + worked,
        }

    def _rating(self, where: Row) -> Row:
        noon = datetime.combine(where["day"], time(18), UTC)
        owner = "agent" if self._chance.random() < 0.2 else "bot"
        kept = {name: where[name] for name in ("id", "channel", "language")}
        return {**kept, "owner": owner, "score": int(self._draw(SCORES)), "at": noon}

    def _code(self, where: Row) -> None:
        by, language, day = self._draw(WAYS), where["language"], where["day"]
        arrived = self._chance.random() < 0.95
        fact = {
            "id": where["id"],
            "day": day,
            "by": by,
            "language": language,
            "state": "delivered" if arrived else "undelivered",
            "error_code": "" if arrived else self._draw(ERRORS),
            "used": arrived and self._chance.random() < 0.86,
        }
        self.facts[CodeFact].append(fact)
        self._sent[day, by, language, "code"] += 1

    def messages(self) -> Iterator[Row]:
        """What was sent in all of it, by day."""
        for (day, by, language, kind), number in self._sent.items():
            where = {"day": day, "by": by, "language": language, "kind": kind}
            segments = number + number // 3 if kind == "talk" else number
            yield {**where, "messages": number, "segments": segments}

    def _draw(self, weights: dict[str, int]) -> str:
        (drawn,) = self._chance.choices(list(weights), list(weights.values()))
        return drawn
