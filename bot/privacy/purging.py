"""Purging: everything that has been kept long enough goes, and is counted."""

from collections.abc import Callable, Mapping

Count = int | Mapping[str, int]


class Purge:
    """Runs the chores of all topics that delete something.

    `chores` are named by the table they clear; one that clears several names them
    itself. Each is a transaction or more of its own, and finds nothing to do where
    another process has done it.
    """

    def __init__(self, chores: Mapping[str, Callable[[], Count]]) -> None:
        self.chores = chores

    def run(self) -> dict[str, int]:
        """What was deleted, by table."""
        counts: dict[str, int] = {}
        for name, chore in self.chores.items():
            done = chore()
            counts |= {name: done} if isinstance(done, int) else done
        return counts
