"""Times the page of figures on a long history: `python -m benchmarks.insights`."""

import asyncio
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bot.insights.history import seed_history
from tests.unit.desk_stand import Agent, desk_up

CONVERSATIONS = 100_000
BUDGET_MS = 1000
OPENINGS = 7
SPANS = (30, 90, 366)


async def measure() -> dict[int, float]:
    """Median milliseconds to open the page over HTTP, by the days that it shows."""
    with tempfile.TemporaryDirectory() as folder:
        async with desk_up(Path(folder)) as desk:
            began = time.monotonic()
            await asyncio.to_thread(seed_history, desk.stand.services, CONVERSATIONS)
            made = time.monotonic() - began
            print(f"{CONVERSATIONS} conversations made up in {made:.0f} s")
            sam = await desk.agent("Sam", "supervisor")
            today = desk.stand.clock.now().date()
            return {
                days: await _open(sam, f"?first={today - timedelta(days=days - 1)}")
                for days in SPANS
            }


async def _open(agent: Agent, query: str) -> float:
    times = []
    for _ in range(OPENINGS):
        began = time.monotonic()
        path = f"/desk/insights{query}"
        page = await agent.http.get(path, headers=agent.headers, timeout=60)
        times.append(1000 * (time.monotonic() - began))
        page.raise_for_status()
    return statistics.median(times)


def main() -> int:
    """Print what was measured; 1 when the budget does not hold."""
    measured = asyncio.run(measure())
    for days, milliseconds in measured.items():
        verdict = "holds" if milliseconds <= BUDGET_MS else "DOES NOT HOLD"
        print(f"{days:4} days, ms {milliseconds:10.0f} of {BUDGET_MS}  {verdict}")
    return 0 if max(measured.values()) <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
