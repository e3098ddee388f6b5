"""What is measured of an engine: start, memory, turns, long conversations, bursts."""

import secrets
import statistics
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from benchmarks.engine_servers import Engine, NotReady, Server

POLL = 0.05
FEWEST = 4
TURNS_EACH = 5
LENGTH = 310
EARLY, LATE = range(5, 16), range(295, 306)

Sentences = Sequence[tuple[str, str]]


def is_right(engine: Engine, conversation: str, intent: str, text: str) -> bool:
    """Whether the engine understands the text and runs its action."""
    replies = engine.ask(conversation, text)
    return any(reply.endswith(f" {intent}") for reply in replies)


def time_start(engine: Engine, server: Server, sentences: Sentences) -> float:
    """Seconds from starting the process to its first right answer.

    Raises:
        NotReady: it never came.
    """
    intent, text = sentences[0]
    while True:
        server.require_running()
        try:
            if is_right(engine, secrets.token_hex(8), intent, text):
                return time.perf_counter() - server.began
        except (httpx.TransportError, httpx.HTTPStatusError):
            pass
        time.sleep(POLL)


def choose(engines: Sequence[Engine], sentences: Sentences) -> Sentences:
    """The sentences that every engine answers right, so that times compare.

    Raises:
        NotReady: they are too few.
    """
    chosen = [
        (intent, text)
        for intent, text in sentences
        if all(is_right(each, secrets.token_hex(8), intent, text) for each in engines)
    ]
    if len(chosen) < FEWEST:
        raise NotReady(f"both engines understand {len(chosen)} sentences only")
    return chosen


def time_turns(engine: Engine, sentences: Sentences, conversations: int) -> list[float]:
    """Milliseconds of each turn of conversations of five turns."""
    times = []
    for number in range(conversations):
        conversation = secrets.token_hex(8)
        for turn in range(TURNS_EACH):
            _, text = sentences[(number + turn) % len(sentences)]
            times.append(time_one(engine, conversation, text))
    return times


def time_one(engine: Engine, conversation: str, text: str) -> float:
    """Milliseconds of one turn."""
    began = time.perf_counter()
    engine.ask(conversation, text)
    return (time.perf_counter() - began) * 1000


def time_long(engine: Engine, sentences: Sentences, talks: int) -> list[list[float]]:
    """Milliseconds of each turn of `talks` long conversations, turn by turn."""
    names = [secrets.token_hex(8) for _ in range(talks)]
    turns = []
    for turn in range(LENGTH):
        _, text = sentences[turn % len(sentences)]
        turns.append([time_one(engine, name, text) for name in names])
    return turns


def around(turns: Sequence[Iterable[float]], window: range) -> float:
    """The median of the turns in the window, over all conversations."""
    return statistics.median(each for turn in window for each in turns[turn])


def time_burst(engine: Engine, sentences: Sentences) -> list[float]:
    """Milliseconds until each of three messages is answered that come at once."""
    conversation, began = secrets.token_hex(8), time.perf_counter()

    def say(text: str) -> float:
        engine.ask(conversation, text)
        return (time.perf_counter() - began) * 1000

    with ThreadPoolExecutor(3) as pool:
        texts = [text for _, text in sentences[:3]]
        return sorted(pool.map(say, texts))
