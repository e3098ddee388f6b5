"""The two linear heads: softmax over sentence vectors, margins over word features."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bot.engine.nlu.encoder import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Labels = npt.NDArray[np.int64]
SEED = 20


def fit_softmax(
    rows: Floats, labels: Labels, *, count: int, strength: float, steps: int = 40
) -> Floats:
    """Multinomial logistic regression; weights of shape (features + 1, count).

    `strength` is the inverse of the regularisation (scikit-learn's C). Written out
    because float32 matrices make it several times as fast.
    """
    from scipy.optimize import minimize

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
    rows: "csr_matrix", labels: Labels, *, count: int, strength: float
) -> Floats:
    """One linear SVM an intent; weights of shape (features + 1, count)."""
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=strength, dual=True, random_state=SEED)
    machine.fit(rows, labels)
    weights = np.zeros((rows.shape[1] + 1, count), np.float32)
    weights[:, machine.classes_] = np.vstack([machine.coef_.T, machine.intercept_])
    return weights


def log_softmax(scores: Floats) -> Floats:
    """Logarithms of the probabilities that `scores` mean, along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    logs: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return logs
