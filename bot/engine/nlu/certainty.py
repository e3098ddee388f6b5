"""How sure an answer is: are the scores clear, and is any known sentence near?"""

from dataclasses import dataclass, replace

import numpy as np

from bot.engine.nlu.encoder import Floats

# Share of unseen sentences of the training data that is kept at a confidence of 0.5.
KEPT = 0.965
# A sentence that is as sure as the middle one gets this confidence.
TYPICAL = 0.95


@dataclass(frozen=True)
class Certainty:
    """Scales learnt from sentences that the scorer had not seen."""

    energy_centre: float
    energy_spread: float
    nearness_centre: float
    nearness_spread: float
    least: float
    typical: float

    def confidence(self, scores: Floats, nearness: Floats) -> Floats:
        """Confidence 0-1 of each row of `scores`; 0.5 is the least to go by."""
        sureness = self._sureness(scores, nearness)
        steepness = np.log(TYPICAL / (1 - TYPICAL)) / (self.typical - self.least)
        kept: Floats = 1 / (1 + np.exp(-steepness * (sureness - self.least)))
        return kept

    def _sureness(self, scores: Floats, nearness: Floats) -> Floats:
        energy = (energies(scores) - self.energy_centre) / self.energy_spread
        near = (nearness - self.nearness_centre) / self.nearness_spread
        sure: Floats = energy + near
        return sure


def learn_certainty(scores: Floats, nearness: Floats) -> Certainty:
    """Scales from unseen in-scope sentences: their scores, and nearness to the rest."""
    energy = energies(scores)
    scales = Certainty(
        energy_centre=float(energy.mean()),
        energy_spread=float(energy.std()),
        nearness_centre=float(nearness.mean()),
        nearness_spread=float(nearness.std()),
        least=0.0,
        typical=1.0,
    )
    sure = scales._sureness(scores, nearness)
    return replace(
        scales,
        least=float(np.quantile(sure, 1 - KEPT)),
        typical=float(np.quantile(sure, 0.5)),
    )


def energies(scores: Floats) -> Floats:
    """Log-sum-exp of each row: low where no intent claims the text (Liu 2020)."""
    top = scores.max(axis=-1)
    summed: Floats = top + np.log(np.exp(scores - top[..., None]).sum(axis=-1))
    return summed
