"""The intent of a text: what was learnt, and a ranking by it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.engine.nlu.certainty import Certainty
from bot.engine.nlu.clauses import clauses, weigh_together
from bot.engine.nlu.encoder import Encoder, Floats
from bot.engine.nlu.scoring import Scorer
from bot.engine.nlu.threads import single_thread


@dataclass(frozen=True)
class IntentModel:
    """All that was learnt; `known` are the training sentences' meanings, a row each."""

    names: tuple[str, ...]
    scorer: Scorer
    certainty: Certainty
    known: Floats

    def rank(
        self, text: str, encoder: Encoder, *, length: int
    ) -> list[tuple[str, float]]:
        """The likeliest intents of a normalised text with confidences, best first."""
        parts = [text, *clauses(text)]
        with single_thread():
            vectors = encoder.encode(parts)
            scores = self.scorer.score(parts, vectors)
            nearness = (vectors.meaning @ self.known.T).max(axis=1)
        logs = weigh_together(scores, self.names)
        sure = self.certainty.confidence(scores, nearness)
        # As sure as the surest part that says the same as all parts together.
        agreeing = sure[scores.argmax(axis=1) == logs.argmax()]
        confidence = float(max(agreeing, default=sure[0]))
        return _share_out(self.names, logs, confidence)[:length]


def _share_out(
    names: Sequence[str], logs: Floats, confidence: float
) -> list[tuple[str, float]]:
    """The first intent gets `confidence`, the others of the rest what is theirs."""
    shares = np.exp(logs)
    order = np.argsort(-shares, kind="stable")
    first = float(shares[order[0]])
    others = max(1 - first, 1e-9)
    ranking = [(names[order[0]], confidence)]
    for at in order[1:]:
        share = float(shares[at])
        rest = min((1 - confidence) * share / others, confidence * share / first)
        ranking.append((names[at], rest))
    return ranking
