"""Figures as values: cells in rows, rows in tables, and lines over days."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, TypeVar

Kind = Literal["count", "share", "seconds", "score", "money"]
LANGUAGES = ("en", "es")


class Dated(Protocol):
    """A row of a query."""

    @property
    def day(self) -> date: ...
    @property
    def channel(self) -> str: ...
    @property
    def language(self) -> str: ...


Item = TypeVar("Item", bound=Dated)
Fold = Callable[[Sequence[Item]], "Cells"]


@dataclass(frozen=True)
class Cell:
    """One value; none where there was nothing to make it of. A share is 0 to 1."""

    kind: Kind
    amount: float | None


Cells = tuple[Cell, ...]


@dataclass(frozen=True)
class Row:
    """Cells under the name of what they are about."""

    label: str
    cells: Cells


@dataclass(frozen=True)
class Table:
    """Rows under column names; `name` says what the labels are names of."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything behind a figure, for a spreadsheet."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Figure:
    """One figure: its value, who it is split by, its days, and what is behind it.

    `split` begins with everybody and each language. `days` has one row a day, and
    its cells are of the languages and of everybody.
    """

    name: str
    main: int
    split: Table
    days: Table
    others: tuple[Table, ...]
    sheet: Sheet

    @property
    def headline(self) -> tuple[Row, ...]:
        """The figure of everybody, and of each language."""
        rows = self.split.rows[: 1 + len(LANGUAGES)]
        return tuple(Row(row.label, (row.cells[self.main],)) for row in rows)


def count(number: int) -> Cell:
    """A number of something."""
    return Cell("count", number)


def share(part: int, whole: int) -> Cell:
    """A part of a whole; nothing of nothing is no share."""
    return Cell("share", part / whole if whole else None)


def split(
    items: Sequence[Item],
    columns: tuple[str, ...],
    fold: Fold[Item],
    channels: Iterable[str],
) -> Table:
    """Everybody, each language, and each channel."""
    rows = [Row("all", fold(items))]
    for language in LANGUAGES:
        mine = [item for item in items if item.language == language]
        rows.append(Row(language, fold(mine)))
    for channel in channels:
        theirs = [item for item in items if item.channel == channel]
        rows.append(Row(channel, fold(theirs)))
    return Table("split", columns, tuple(rows))


def daily(
    items: Sequence[Item], days: Iterable[date], fold: Fold[Item], main: int
) -> Table:
    """The main cell of each day, by language and of everybody."""
    of: dict[date, list[Item]] = {}
    for item in items:
        of.setdefault(item.day, []).append(item)
    rows = (
        Row(day.isoformat(), _by_language(of.get(day, []), fold, main)) for day in days
    )
    return Table("day", (*LANGUAGES, "all"), tuple(rows))


def ranked(
    items: Sequence[Item],
    name: str,
    key: Callable[[Item], str],
    size: Callable[[Item], int],
) -> Table:
    """How many there are of each, by language; the most frequent first."""

    def fold(mine: Sequence[Item]) -> Cells:
        return (count(sum(map(size, mine))),)

    of: dict[str, list[Item]] = {}
    for item in items:
        of.setdefault(key(item), []).append(item)
    rows = [Row(label, _by_language(mine, fold, 0)) for label, mine in of.items()]
    rows.sort(key=lambda row: (-(row.cells[-1].amount or 0), row.label))
    return Table(name, (*LANGUAGES, "all"), tuple(rows))


def _by_language(items: Sequence[Item], fold: Fold[Item], main: int) -> Cells:
    of = [[item for item in items if item.language == each] for each in LANGUAGES]
    return tuple(fold(each)[main] for each in (*of, items))
