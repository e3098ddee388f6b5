"""The words of the desk's pages, in the language that an agent has chosen."""

from bot.desk.words import FOLDER, Words, read_texts

__all__ = ["FOLDER", "Words", "read_texts"]
