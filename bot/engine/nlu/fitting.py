"""Fits the two linear heads; imports what serving does without."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.engine.nlu.encoder import Floats
from bot.engine.nlu.grams import Grams
from bot.engine.nlu.scoring import log_softmax

Labels = npt.NDArray[np.int64]


def fit_softmax(
    rows: Floats, labels: Labels, *, count: int, strength: float, steps: int = 40
) -> Floats:
    """Multinomial logistic regression; weights of shape (features + 1, count).

    `strength` is the inverse of the regularisation (scikit-learn's C). Written out
    because float32 matrices make it several times as fast.
    """
    shape = (rows.shape[1] + 1, count)
    wanted = np.eye(count, dtype=np.float32)[labels]

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights = flat.reshape(shape).astype(np.float32)
        logs = log_softmax(rows @ weights[:-1] + weights[-1])
        off = strength * (np.exp(logs) - wanted)
        slope = np.vstack([rows.T @ off + weights[:-1], off.sum(axis=0)])
        fit = -strength * float(logs[np.arange(len(labels)), labels].sum())
        size = 0.5 * float(np.square(weights[:-1]).sum())
        return (fit + size) / len(rows), slope.ravel().astype(np.float64) / len(rows)

    start = np.zeros(shape[0] * shape[1])
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": steps}
    )
    weights: Floats = found.x.reshape(shape).astype(np.float32)
    return weights


def fit_margins(
    rows: csr_matrix, labels: Labels, *, count: int, strength: float
) -> Floats:
    """One linear SVM an intent; weights of shape (features + 1, count).

    The primal solver, because the dual one draws from a generator that all threads
    share.
    """
    machine = LinearSVC(C=strength, dual=False)
    machine.fit(rows, labels)
    weights = np.zeros((rows.shape[1] + 1, count), np.float32)
    weights[:, machine.classes_] = np.vstack([machine.coef_.T, machine.intercept_])
    return weights


def weigh_all(grams: Grams, texts: Sequence[str]) -> csr_matrix:
    """The features of `texts`, shape (texts, features)."""
    rows = [grams.weigh(text) for text in texts]
    starts = np.cumsum([0, *(len(row.numbers) for row in rows)])
    numbers = np.concatenate([row.numbers for row in rows])
    values = np.concatenate([row.values for row in rows])
    return csr_matrix((values, numbers, starts), shape=(len(texts), len(grams)))
