"""What is said when who speaks changes, read from `strings.yml`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import (
    format_date,
    format_time,
    format_timedelta,
    get_timezone_name,
)

from bot.conversations.lines import (
    BACK,
    RETURNED,
    SETTLED,
    STILL_WAITS,
    Line,
    Option,
)
from bot.documents import parse

STRINGS_FILE = Path(__file__).with_name("strings.yml")
Texts = Mapping[str, Mapping[str, str]]
DAYS = {"en": "MMMM d", "es": "d 'de' MMMM"}
NARROW_SPACE = "\u202f"


class HandoffWording:
    """Lines about who speaks, in the conversation's language."""

    def __init__(self, path: Path = STRINGS_FILE) -> None:
        self._texts: Texts = parse(path.read_text(encoding="utf-8"))

    def queued(self, language: str, place: int, wait: timedelta | None) -> Line:
        """The place in line, how long it takes, and a way back to the assistant."""
        name = "queued_first" if wait is None else "queued"
        text = self._text(name, language, place=place, wait=_lasting(wait, language))
        back = Option(self._text("back", language), BACK)
        return Line(text, kind="options", options=(back,), data={"place": place})

    def joined(self, language: str, agent: str) -> Line:
        """A person speaks from now on."""
        return self._notice("joined", language, agent=agent)

    def transferred(self, language: str, agent: str, other: str) -> Line:
        """Another person does."""
        return self._notice("transferred", language, agent=agent, other=other)

    def returned(self, language: str, agent: str) -> Line:
        """The assistant does again, and goes on where it was."""
        return self._notice("returned", language, RETURNED, agent=agent)

    def resolved(self, language: str, agent: str) -> Line:
        """The assistant does again, and what it was at is done."""
        return self._notice("resolved", language, SETTLED, agent=agent)

    def unattended(self, language: str, when: str) -> Line:
        """The assistant does again, since nobody is there."""
        return self._notice("unattended", language, STILL_WAITS, when=when)

    def when(self, language: str, opens_at: datetime | None, zone: ZoneInfo) -> str:
        """When the team answers; without a moment, as soon as it can."""
        if opens_at is None:
            return self._text("soon", language)
        local = opens_at.astimezone(zone)
        day = format_date(local, DAYS[language], locale=language)
        time = format_time(local, "short", tzinfo=zone, locale=language)
        # No text message has the narrow space that English puts before AM and PM.
        return self._text(
            "from",
            language,
            day=day,
            time=time.replace(NARROW_SPACE, " "),
            zone=get_timezone_name(zone, "long", locale=language),
        )

    def _notice(
        self, name: str, language: str, payload: str | None = None, **values: str
    ) -> Line:
        text = self._text(name, language, **values)
        return Line(text, kind="notice", data={"event": name}, payload=payload)

    def _text(self, name: str, language: str, **values: object) -> str:
        return self._texts[name][language].format(**values)


def _lasting(wait: timedelta | None, language: str) -> str:
    """How long, in whole minutes and no less than one."""
    seconds = wait.total_seconds() if wait else 0
    minutes = timedelta(minutes=max(1, round(seconds / 60)))
    return format_timedelta(minutes, granularity="minute", locale=language)
