"""The made-up people of the demo; their numbers are kept free for fiction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoPerson:
    """A made-up person; the first number gets the codes."""

    email: str
    name: str
    language: str = "en"
    numbers: tuple[str, ...] = ()


PEOPLE = (
    DemoPerson("maria@example.com", "María", "es", ("+12025550143",)),
    DemoPerson("james@example.com", "James", "en", ("+14155550123", "+14155550199")),
    DemoPerson("linh@example.com", "Linh", "en", ("+13125550188",)),
    DemoPerson("omar@example.com", "Omar"),
    DemoPerson("ana@example.com", "Ana", "es", ("+17875550110",)),
    DemoPerson("dana@example.com", "Dana", "en", ("+16465550177",)),
    DemoPerson("dana.work@example.com", "Dana"),
)
HAS_APP = "james@example.com"
HAS_RECOVERY_CODES = "linh@example.com"
# Her last code was held back as spam (Twilio 30007).
WAITS_FOR_CODE = "ana@example.com"
WAITS_BECAUSE = "30007"
