"""The command `replay`: recorded conversations against the present model and rules."""

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DIFFERS = 3
DAY = 24 * 3600
Shown = dict[str, Any]


class ReplayNotMade(Exception):
    """There is nothing to compare; the text says why."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    command.add_argument("--since", type=int, metavar="DAYS", required=True)
    command.add_argument(
        "--limit", type=int, metavar="N", help="the N conversations heard last"
    )
    command.add_argument("--model", type=Path, help="another model than the present")
    command.add_argument("--json", action="store_true", help="for tools")


def run(
    url: str, model: Path, arguments: argparse.Namespace, *, now: float
) -> tuple[list[Shown], Shown]:
    """The differences and the totals; `url` is where the engine remembers.

    Raises:
        ReplayNotMade: there is no model, or nothing is recorded.
    """
    from bot.engine.recorded import NothingRecorded, Recorded
    from bot.engine.runtime import prepare

    if not model.exists():
        raise ReplayNotMade(f"There is no {model} yet: run `make train`.")
    try:
        recorded = Recorded(url)
    except NothingRecorded:
        raise ReplayNotMade("No conversation is recorded yet.") from None
    prepare()
    since = now - arguments.since * DAY
    senders = recorded.since(since, limit=arguments.limit)
    try:
        return asyncio.run(_compare(recorded, senders, model, since))
    finally:
        recorded.close()


async def _compare(
    recorded: Any, senders: Any, model: Path, since: float
) -> tuple[list[Shown], Shown]:
    from bot.engine.replaying import Replay

    replay, heard, found = Replay(model), 0, list[Shown]()
    for sender in senders:
        entries = recorded.everything(sender)
        count, differences = await replay.compare(sender, entries, since=since)
        heard += count
        found += [_shown(sender, each) for each in differences]
    kinds = Counter(each["kind"] for each in found)
    totals = {kind: kinds[kind] for kind in ("understood", "did", "said")}
    return found, {"conversations": len(senders), "lines": heard, **totals}


def in_words(found: list[Shown], totals: Shown) -> Iterator[str]:
    """One block of lines for each difference, and the totals."""
    for each in found:
        yield f"{each['conversation']} {each['seq']}  {each['text']}"
        was, now = (" / ".join(each[name]) for name in ("was", "now"))
        yield f"    {each['kind']}: {was or '-'}  ->  {now or '-'}"
    yield ", ".join(f"{name}: {count}" for name, count in totals.items())


def as_json(found: list[Shown], totals: Shown) -> Iterator[str]:
    """One document."""
    yield json.dumps({"differences": found, "totals": totals}, ensure_ascii=False)


def show(
    found: list[Shown], totals: Shown, *, for_tools: bool, say: Callable[[str], None]
) -> int:
    """Say it; the exit code tells whether anything differs."""
    for line in (as_json if for_tools else in_words)(found, totals):
        say(line)
    return DIFFERS if found else 0


def _shown(sender: str, difference: Any) -> Shown:
    return {
        "conversation": sender,
        "seq": difference.message.rpartition(":")[2],
        "text": difference.text,
        "kind": difference.kind,
        "was": list(difference.was),
        "now": list(difference.now),
    }
