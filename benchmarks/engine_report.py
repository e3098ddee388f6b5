"""The budgets, and the table of what was measured."""

from dataclasses import dataclass

All = dict[str, dict[str, float]]

LABELS = {
    "ready_s": "seconds to the first right answer",
    "memory_mb": "resident memory, MB",
    "turn_p50_ms": "turn, median, ms",
    "turn_p95_ms": "turn, 95th percentile, ms",
    "turn_10_ms": "turn 10 of a conversation, ms",
    "turn_300_ms": "turn 300 of it, ms",
    "burst_last_ms": "last of three messages at once, ms",
}


@dataclass(frozen=True)
class Budget:
    """A measure of ours may be at most `limit` times another measure."""

    name: str
    measure: str
    of: tuple[str, str]
    limit: float

    def measured(self, measures: All) -> float:
        """Our measure as a share of the other."""
        engine, measure = self.of
        return measures["ours"][self.measure] / measures[engine][measure]


BUDGETS = (
    Budget("ready in a fifth of stock's time", "ready_s", ("stock", "ready_s"), 1 / 5),
    Budget("a third of stock's memory", "memory_mb", ("stock", "memory_mb"), 1 / 3),
    Budget(
        "a turn in a third of stock's time",
        *("turn_p50_ms", ("stock", "turn_p50_ms"), 1 / 3),
    ),
    Budget(
        "turn 300 in 1.5 times turn 10's time",
        *("turn_300_ms", ("ours", "turn_10_ms"), 1.5),
    ),
)


def holds(measures: All, budget: Budget) -> bool:
    """Whether the budget is kept."""
    return budget.measured(measures) <= budget.limit


def as_table(measures: All) -> str:
    """Both engines side by side, then the budgets."""
    lines = [f"{'':36}{'stock':>10}{'ours':>10}{'ours/stock':>12}"]
    for measure, label in LABELS.items():
        stock, ours = (measures[engine][measure] for engine in ("stock", "ours"))
        lines.append(f"{label:36}{stock:10.1f}{ours:10.1f}{ours / stock:12.2f}")
    lines.append("")
    for budget in BUDGETS:
        share = budget.measured(measures)
        verdict = "holds" if holds(measures, budget) else "DOES NOT HOLD"
        lines.append(f"{budget.name:40}{share:6.2f} of {budget.limit:.2f}  {verdict}")
    return "\n".join(lines)
