"""The figures: what each is made of, and how."""

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.insights.days import Period
from bot.insights.queries import Coded, Ended, Left, Queries, Rated, Took, Wished
from bot.insights.tables import (
    Cell,
    Cells,
    Dated,
    Figure,
    Row,
    Sheet,
    Table,
    count,
    daily,
    ranked,
    share,
    split,
)

CHANNELS = ("web", "sms")
WAYS = ("sms", "voice", "email")
PAID = ("sms", "voice")
SCORES = ("5", "4", "3", "2", "1")
# Kept back here: it was never sent.
SUPPRESSED = "suppressed"
WHERE = ("day", "channel", "language")


Make = Callable[[Queries, Period], Figure]


@dataclass(frozen=True)
class Prices:
    """What one SMS segment and one call cost."""

    segment: float
    call: float
    currency: str

    def of(self, left: Left) -> float:
        """What messages of one day cost; letters cost nothing."""
        each = {"sms": left.segments * self.segment, "voice": left.messages * self.call}
        return each.get(left.channel, 0.0)


def containment(queries: Queries, period: Period) -> Figure:
    """How many conversations the assistant finished alone."""
    items = queries.conversations()

    def fold(rows: Sequence[Ended]) -> Cells:
        number = {
            ending: sum(row.number for row in rows if row.ending == ending)
            for ending in ("contained", "handed_over", "abandoned")
        }
        whole = sum(number.values())
        return (
            *map(count, (whole, *number.values())),
            share(number["contained"], whole),
        )

    columns = ("conversations", "contained", "handed_over", "abandoned", "rate")
    return Figure(
        "containment",
        4,
        split(items, columns, fold, CHANNELS),
        daily(items, period, fold, 4),
        (),
        _sheet((*WHERE, "ending", "number"), items),
    )


def handoffs(queries: Queries, period: Period) -> Figure:
    """How often a person was asked for, and why."""
    items = queries.requests()

    def fold(rows: Sequence[Wished]) -> Cells:
        return (count(sum(row.number for row in rows)),)

    reasons = ranked(items, "reason", lambda row: row.reason, lambda row: row.number)
    return Figure(
        "handoffs",
        0,
        split(items, ("requests",), fold, CHANNELS),
        daily(items, period, fold, 0),
        (reasons,),
        _sheet((*WHERE, "reason", "number"), items),
    )


def fallback(queries: Queries, period: Period) -> Figure:
    """How often a typed line was not understood."""
    items = queries.conversations()

    def fold(rows: Sequence[Ended]) -> Cells:
        read = sum(row.read_lines for row in rows)
        missed = sum(row.missed_lines for row in rows)
        return count(read), count(missed), share(missed, read)

    return Figure(
        "fallback",
        2,
        split(items, ("read_lines", "missed_lines", "rate"), fold, CHANNELS),
        daily(items, period, fold, 2),
        (),
        _sheet((*WHERE, "ending", "read_lines", "missed_lines"), items),
    )


def first_reply(queries: Queries, period: Period) -> Figure:
    """How long people waited for a person's first line."""
    return _durations("first_reply", queries.first_replies(), period)


def resolution(queries: Queries, period: Period) -> Figure:
    """How long it took until a person had solved it."""
    return _durations("resolution", queries.resolutions(), period)


def ratings(queries: Queries, period: Period) -> Figure:
    """How people rated conversations, with how many did."""
    items = queries.ratings()

    def fold(rows: Sequence[Rated]) -> Cells:
        scores = [row.score for row in rows]
        mean = statistics.fmean(scores) if scores else None
        return count(len(scores)), Cell("score", mean)

    return Figure(
        "ratings",
        1,
        split(items, ("ratings", "mean"), fold, CHANNELS),
        daily(items, period, fold, 1),
        (_scores(items),),
        _sheet((*WHERE, "score"), items),
    )


def codes(queries: Queries, period: Period) -> Figure:
    """How many codes were sent, arrived and were used, and what kept the others."""
    items = queries.codes()

    def fold(rows: Sequence[Coded]) -> Cells:
        sent = _sum(row for row in rows if row.state != SUPPRESSED)
        delivered = _sum(row for row in rows if row.state == "delivered")
        used = _sum(row for row in rows if row.used)
        rates = share(delivered, sent), share(used, sent)
        return count(sent), count(delivered), count(used), *rates

    failed = [row for row in items if row.error_code]
    errors = ranked(failed, "error", lambda row: row.error_code, _number)
    columns = ("sent", "delivered", "used", "delivered_rate", "used_rate")
    return Figure(
        "codes",
        4,
        split(items, columns, fold, WAYS),
        daily(items, period, fold, 4),
        (errors,),
        _sheet((*WHERE, "state", "error_code", "used", "number"), items),
    )


def cost(prices: Prices) -> Make:
    """What texts and calls cost, estimated from prices."""

    def make(queries: Queries, period: Period) -> Figure:
        items = [row for row in queries.messages() if row.channel in PAID]

        def fold(rows: Sequence[Left]) -> Cells:
            texts = [row for row in rows if row.channel == "sms"]
            calls = sum(row.messages for row in rows if row.channel == "voice")
            segments = sum(row.segments for row in texts)
            paid = Cell("money", math.fsum(map(prices.of, rows)))
            messages = sum(row.messages for row in texts)
            return count(messages), count(segments), count(calls), paid

        columns = ("texts", "segments", "calls", "cost")
        kinds = ranked(items, "kind", lambda row: row.kind, lambda row: row.messages)
        priced = [(*row, f"{prices.of(row):.4f}") for row in sorted(items)]
        return Figure(
            "cost",
            3,
            split(items, columns, fold, PAID),
            daily(items, period, fold, 3),
            (kinds,),
            Sheet((*Left._fields, f"cost_{prices.currency}"), tuple(priced)),
        )

    return make


NAMES = (
    *("containment", "handoffs", "fallback", "first_reply", "resolution"),
    *("ratings", "codes", "cost"),
)


def figures(prices: Prices) -> Mapping[str, Make]:
    """Every figure by its name, in the order in which they are shown."""
    made = (containment, handoffs, fallback, first_reply, resolution, ratings, codes)
    return dict(zip(NAMES, (*made, cost(prices)), strict=True))


def _durations(name: str, items: list[Took], period: Period) -> Figure:
    def fold(rows: Sequence[Took]) -> Cells:
        times = sorted(row.seconds for row in rows)
        median = statistics.median(times) if times else None
        return (
            count(len(times)),
            Cell("seconds", median),
            Cell("seconds", _ninth_tenth(times)),
        )

    return Figure(
        name,
        1,
        split(items, ("requests", "median", "p90"), fold, CHANNELS),
        daily(items, period, fold, 1),
        (),
        _sheet((*WHERE, "seconds"), items),
    )


def _ninth_tenth(times: Sequence[int]) -> float | None:
    """The shortest time within which nine of ten were done (nearest rank)."""
    return times[math.ceil(len(times) * 0.9) - 1] if times else None


def _scores(items: Sequence[Rated]) -> Table:
    """How many gave each score, from the best to the worst; also those of nobody."""
    given = ranked(items, "score", lambda row: str(row.score), lambda _row: 1)
    rows = {row.label: row for row in given.rows}
    nobody = tuple(count(0) for _ in given.columns)
    ordered = (rows.get(score, Row(score, nobody)) for score in SCORES)
    return Table(given.name, given.columns, tuple(ordered))


def _sheet(columns: tuple[str, ...], items: Sequence[Dated]) -> Sheet:
    """What a query has told, day by day."""
    rows = ([getattr(item, column) for column in columns] for item in items)
    ordered = sorted(tuple(row) for row in rows)
    return Sheet(columns, tuple(ordered))


def _sum(rows: Iterable[Coded]) -> int:
    return sum(row.number for row in rows)


def _number(row: Coded) -> int:
    return row.number
