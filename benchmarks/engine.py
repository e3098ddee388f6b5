"""Measures the engine beside stock Rasa 3.6.21: `python -m benchmarks.engine`.

Both on this machine, in one run, with the same data, rules and action server. Stock
Rasa has the pipeline and the policies that `rasa init` gives it.
"""

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import yaml

from benchmarks import engine_stock as stock
from benchmarks import engine_timing as timing
from benchmarks.engine_report import BUDGETS, as_table, holds
from benchmarks.engine_servers import (
    MODEL,
    Engine,
    NotReady,
    OurEngine,
    StockEngine,
    action_server,
    free_port,
)
from benchmarks.engine_timing import Sentences

REPORT = stock.ROOT / "reports" / "bench.json"
STARTS = 3
BLOCKS = 8
BLOCK_CONVERSATIONS = 5
LONG_TALKS = 3
BURSTS = 5

Measures = dict[str, float]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, write the report; 1 when a budget does not hold."""
    arguments = _parser().parse_args(argv)
    if not MODEL.exists():
        print("there is no trained model; `make train` makes one", file=sys.stderr)
        return 2
    try:
        stock.install()
        measures = measure(stock.train(arguments.epochs), arguments.starts)
    except (stock.StockUnavailable, NotReady) as error:
        print(error, file=sys.stderr)
        return 2
    write_report(measures, arguments.epochs)
    print(as_table(measures))
    return 0 if all(holds(measures, budget) for budget in BUDGETS) else 1


def measure(project: Any, starts: int) -> dict[str, Measures]:
    """All measures of both engines, by the engine's name."""
    sentences = list(
        yaml.safe_load((stock.FILES / "sentences.yml").read_text()).items()
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}/webhook"
    with action_server(port):
        engines = [StockEngine(url, project), OurEngine(url)]
        ready = time_starts(engines, sentences, starts)
        with running(engines, sentences) as servers:
            measures = time_all(engines, timing.choose(engines, sentences))
            memory = {name: server.megabytes for name, server in servers.items()}
    return {
        engine.name: {
            "ready_s": ready[engine.name],
            "memory_mb": memory[engine.name],
            **measures[engine.name],
        }
        for engine in engines
    }


def time_starts(
    engines: Sequence[Engine], sentences: Sentences, starts: int
) -> dict[str, float]:
    """The median seconds to the first right answer; the engines take turns."""
    times: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for _ in range(starts):
        for engine in engines:
            with engine.server() as server:
                seconds = timing.time_start(engine, server, sentences)
            times[engine.name].append(seconds)
    return {name: statistics.median(each) for name, each in times.items()}


@contextmanager
def running(
    engines: Sequence[Engine], sentences: Sentences
) -> Iterator[dict[str, Any]]:
    """Both servers, ready, by their engine's name."""
    with ExitStack() as stack:
        servers = {}
        for engine in engines:
            server = stack.enter_context(engine.server())
            timing.time_start(engine, server, sentences)
            servers[engine.name] = server
        yield servers


def time_all(engines: Sequence[Engine], sentences: Sentences) -> dict[str, Measures]:
    """Turns, long conversations and bursts; in blocks, so that both share the noise."""
    turns: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for _ in range(BLOCKS):
        for engine in engines:
            block = timing.time_turns(engine, sentences, BLOCK_CONVERSATIONS)
            turns[engine.name] += block
    return {
        engine.name: _turns(turns[engine.name])
        | _long(timing.time_long(engine, sentences, LONG_TALKS))
        | _bursts([timing.time_burst(engine, sentences) for _ in range(BURSTS)])
        for engine in engines
    }


def _turns(times: list[float]) -> Measures:
    percentiles = statistics.quantiles(times, n=20)
    return {"turn_p50_ms": statistics.median(times), "turn_p95_ms": percentiles[18]}


def _long(turns: list[list[float]]) -> Measures:
    return {
        "turn_10_ms": timing.around(turns, timing.EARLY),
        "turn_300_ms": timing.around(turns, timing.LATE),
    }


def _bursts(bursts: list[list[float]]) -> Measures:
    return {"burst_last_ms": statistics.median(burst[-1] for burst in bursts)}


def write_report(measures: dict[str, Measures], epochs: int | None) -> None:
    """Write the measures, the budgets and what they were taken on."""
    report = {
        "python": platform.python_version(),
        "system": platform.system(),
        "processors": os.cpu_count(),
        "stock_epochs": epochs or "default",
        "measures": measures,
        "budgets": {
            budget.name: {
                "limit": budget.limit,
                "measured": budget.measured(measures),
                "holds": holds(measures, budget),
            }
            for budget in BUDGETS
        },
    }
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.engine", description=__doc__)
    parser.add_argument(
        "--epochs", type=int, help="train stock Rasa so long only, for a quick trial"
    )
    parser.add_argument(
        "--starts", type=int, default=STARTS, help="how often each is started"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
