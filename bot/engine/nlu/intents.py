"""The intent of a text: what was learnt, and a reading by it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.engine.nlu.certainty import Certainty
from bot.engine.nlu.clauses import clauses, weigh_together
from bot.engine.nlu.encoder import Encoder, Floats
from bot.engine.nlu.requests import load_requests
from bot.engine.nlu.scoring import Scorer
from bot.engine.nlu.threads import single_thread


@dataclass(frozen=True)
class Reading:
    """The likeliest intents with confidences, best first; and what else was asked."""

    ranking: list[tuple[str, float]]
    also: str | None = None


@dataclass(frozen=True)
class IntentModel:
    """All that was learnt; `known` are the training sentences' meanings, a row each."""

    names: tuple[str, ...]
    scorer: Scorer
    certainty: Certainty
    known: Floats

    def read(self, text: str, encoder: Encoder, *, length: int) -> Reading:
        """How a normalised text is understood, with `length` intents in the ranking.

        Of two requests in it the more urgent comes first and the other is `also`.
        """
        told, asked = [text, *clauses(text)], load_requests().parts(text)
        parts = list(dict.fromkeys([*told, *(part.text for part in asked)]))
        scores, sure = self._score(parts, encoder)
        ranking = self._rank(scores[: len(told)], sure[: len(told)])
        rows = [parts.index(part.text) for part in asked]
        understood = [
            (self.names[scores[row].argmax()], float(sure[row])) for row in rows
        ]
        both = load_requests().choose(asked, understood)
        if both is None:
            return Reading(ranking[:length])
        first = max(share for name, share in understood if name == both[0])
        return Reading(_put_first(both[0], first, ranking)[:length], also=both[1])

    def _score(self, parts: Sequence[str], encoder: Encoder) -> tuple[Floats, Floats]:
        """Scores of each part for each intent, and how sure each part is."""
        with single_thread():
            vectors = encoder.encode(parts)
            scores = self.scorer.score(parts, vectors)
            nearness = (vectors.meaning @ self.known.T).max(axis=1)
        return scores, self.certainty.confidence(scores, nearness)

    def _rank(self, scores: Floats, sure: Floats) -> list[tuple[str, float]]:
        """The ranking of a whole, which is the first row, and its clauses."""
        logs = weigh_together(scores, self.names)
        # As sure as the surest part that says the same as all parts together.
        agreeing = sure[scores.argmax(axis=1) == logs.argmax()]
        confidence = float(max(agreeing, default=sure[0]))
        return _share_out(self.names, logs, confidence)


def _put_first(
    name: str, confidence: float, ranking: list[tuple[str, float]]
) -> list[tuple[str, float]]:
    """The ranking led by `name`; what is left of 1 is shared out as before."""
    others = [(other, share) for other, share in ranking if other != name]
    total = sum(share for _, share in others) or 1.0
    left = min((1 - confidence) / total, 1.0)
    return [(name, confidence), *((other, share * left) for other, share in others)]


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
