"""Long stories: their clauses, and what whole and clauses say together."""

import re
from collections.abc import Sequence

import numpy as np

from bot.engine.nlu.encoder import Floats
from bot.engine.nlu.scoring import log_softmax

BREAK = re.compile(
    r"(?<=[.!?;])\s+"
    r"|\s+(?:but|however|so now|pero|así que|asi que)\s+"
    r"|,\s+(?:and|but|so|y|pero)\s+"
    r"|\s-+\s"
)
EDGES = " .,;!?"
MOST = 8
# A clause that greets, thanks or vents says little about what the story is about.
ASIDES = frozenset(
    {
        "affirm",
        "ask_capabilities",
        "cancel",
        "deny",
        "express_frustration",
        "goodbye",
        "greet",
        "inform",
        "out_of_scope",
        "thank",
    }
)
ASIDE_WEIGHT = 0.15
LEAST_SHARE = 1e-4


def clauses(text: str) -> list[str]:
    """The clauses of a normalised text of several, at most 8; none of a text of one."""
    parts = (part.strip(EDGES) for part in BREAK.split(text))
    found = [part for part in parts if " " in part or part.startswith("[")]
    return found[:MOST] if len(found) > 1 else []


def weigh_together(scores: Floats, names: Sequence[str]) -> Floats:
    """Logarithms of the intents' shares; the first row of scores is the whole's."""
    logs = log_softmax(scores)
    if len(logs) == 1:
        whole: Floats = logs[0]
        return whole
    aside = np.array([names[best] in ASIDES for best in logs[1:].argmax(axis=1)])
    weights = np.where(aside, ASIDE_WEIGHT, 1.0).astype(np.float32)
    shares = weights @ np.exp(logs[1:]) / weights.sum()
    return log_softmax(logs[0] + np.log(shares + np.float32(LEAST_SHARE)))
