"""Weighs the widget, and times its opening: `python -m benchmarks.widget`."""

import asyncio
import sys

from benchmarks.widget_opening import BUDGET_MS, time_opening
from benchmarks.widget_sizes import OPENED_LIMIT, SCRIPT_LIMIT, sizes


def main() -> int:
    """Print what was measured; 1 when a limit does not hold."""
    weights = sizes()
    for name, weight in weights.items():
        print(f"{name:36}{weight:10}")
    holds = [
        _judge("widget.js, bytes gzipped", weights["widget.js"], SCRIPT_LIMIT),
        _judge("opened, bytes gzipped", sum(weights.values()), OPENED_LIMIT),
    ]
    opened = asyncio.run(time_opening())
    if opened is None:
        print("there is no Chromium on PATH; the opening is not timed")
    else:
        holds.append(_judge("until one can type, median, ms", opened.usable, BUDGET_MS))
        print(f"{'until it is connected, median, ms':36}{opened.connected:10.0f}")
    return 0 if all(holds) else 1


def _judge(what: str, measured: float, limit: float) -> bool:
    verdict = "holds" if measured <= limit else "DOES NOT HOLD"
    print(f"{what:36}{measured:10.0f} of {limit}  {verdict}")
    return measured <= limit


if __name__ == "__main__":
    sys.exit(main())
