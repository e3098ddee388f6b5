"""The desk's templates: escaped by themselves, with the words of one language."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.desk.times import is_late, lasting, promise_of, shown
from bot.channels.desk.wording import FOLDER, Words, read_texts
from bot.clock import Clock
from bot.language import OTHER, Language

# What scripts say by themselves.
SPOKEN = ("sending", "not_sent", "again", "edit", "failed_load", "back_online")


class Templates:
    """Writes pages; nothing that comes from a row is ever markup."""

    def __init__(self, clock: Clock, zone: ZoneInfo, folder: Path = FOLDER) -> None:
        self._clock = clock
        self._zone = zone
        self._texts = read_texts(folder)
        self._environments = {
            language: self._environment(folder, language) for language in OTHER
        }

    def words(self, language: Language) -> Words:
        """The words of a language."""
        return Words(self._texts, language)

    def write(self, name: str, language: Language, values: Mapping[str, Any]) -> str:
        """A page."""
        return self._environments[language].get_template(name).render(values)

    def _environment(self, folder: Path, language: Language) -> Environment:
        words = self.words(language)
        environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            say=words.say,
            say_known=words.say_known,
            language=language,
            other=OTHER[language],
            words={name: words.say(name) for name in SPOKEN},
        )
        environment.filters.update(
            words=words.unmask,
            since=lambda at: lasting(self._clock.now() - at),
            until=lambda at: lasting(at - self._clock.now()),
            moment=lambda at, style="time": self._moment(at, style, language),
            promise=promise_of,
            late=is_late,
            initials=_initials,
            client=_client,
        )
        return environment

    def _moment(self, at: datetime, style: str, language: Language) -> str:
        return shown(at, style, language, self._zone)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


def _client(client_id: str | None) -> str:
    """What the agent's own page has called a line."""
    return (client_id or "").rpartition(":")[2]
