"""Typing errors for training: the same ones for the same text each time."""

from random import Random

from bot.engine.nlu.text import fold

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in ROWS
    for at, letter in enumerate(row)
}
SHORTEST = 4
# One slip for so many letters, at least one a text.
LETTERS_PER_SLIP = 16


def misspell(text: str, copy: int) -> str:
    """`text` as typed in a hurry; `copy` numbers the variants of one text."""
    random = Random(f"{copy}:{text}")  # noqa: S311
    words = (fold(text) if random.random() < 0.5 else text).split()
    if random.random() < 0.3:
        words = [word.replace("'", "") for word in words]
    long = [at for at, word in enumerate(words) if _can_slip(word)]
    slips = max(1, len(text) // LETTERS_PER_SLIP)
    for at in random.sample(long, min(slips, len(long))):
        words[at] = _slip(words[at], random)
    return " ".join(words)


def _can_slip(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()


def _slip(word: str, random: Random) -> str:
    at = random.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    near = NEIGHBOURS.get(letter, letter)
    return random.choice(
        (
            before + after,
            before + after[:1] + letter + after[1:],
            before + random.choice(near) + after,
            before + letter * 2 + after,
        )
    )
