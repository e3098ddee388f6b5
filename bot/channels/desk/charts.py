"""Lines over days as SVG paths, and amounts as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import format_currency, format_decimal, format_percent

from bot.channels.desk.times import waited
from bot.insights.tables import LANGUAGES, Cell, Table

WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True)
class Chart:
    """One path for each language, and the largest value, which is at the top."""

    paths: tuple[tuple[str, str], ...]
    top: Cell


def chart(days: Table) -> Chart | None:
    """The chart of a table of days; none where there is nothing to draw."""
    cells = [cell for row in days.rows for cell in row.cells[: len(LANGUAGES)]]
    most = max((cell.amount or 0 for cell in cells), default=0)
    if not most:
        return None
    top = 1.0 if cells[0].kind == "share" else most
    paths = []
    for place, language in enumerate(LANGUAGES):
        amounts = [row.cells[place].amount for row in days.rows]
        paths.append((language, _path(amounts, top)))
    return Chart(tuple(paths), Cell(cells[0].kind, top))


def widths(table: Table) -> dict[str, int]:
    """How long the bar of each row is, of 100, by its last cell."""
    amounts = {row.label: row.cells[-1].amount or 0 for row in table.rows}
    most = max(amounts.values(), default=0)
    return {
        label: round(100 * amount / most) if most else 0
        for label, amount in amounts.items()
    }


def amount(cell: Cell, language: str, currency: str) -> str:
    """A cell in an agent's language; a dash where there is nothing."""
    if cell.amount is None:
        return "–"
    if cell.kind == "share":
        return str(format_percent(cell.amount, "#,##0.0%", locale=language))
    if cell.kind == "money":
        return str(format_currency(cell.amount, currency, locale=language))
    if cell.kind == "seconds":
        return waited(cell.amount)
    shape = "#,##0" if cell.kind == "count" else "0.0"
    return str(format_decimal(cell.amount, shape, locale=language))


def _path(amounts: Sequence[float | None], top: float) -> str:
    """A line through the days that have a value; a day alone is a short stroke."""
    step = WIDTH / max(1, len(amounts) - 1)
    drawn, down = [], False
    for place, value in enumerate(amounts):
        if value is None:
            down = False
            continue
        x, y = place * step, HEIGHT - HEIGHT * value / top
        drawn.append(f"{'L' if down else 'M'}{x:.1f} {y:.1f}")
        drawn.append("h2" if not down else "")
        down = True
    return "".join(drawn)
