"""The command `purge`: delete what has been kept long enough, and say what it was."""

from bot.privacy.purging import Purge


def purge(chores: Purge) -> dict[str, int]:
    """What was deleted, by table; what there was none of is left out."""
    return {name: count for name, count in chores.run().items() if count}
