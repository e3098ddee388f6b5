"""The made-up people of the demo; their numbers are kept free for fiction."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class DemoPerson:
    """A made-up person; the first number gets the codes."""

    email: str
    name: str
    language: str = "en"
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoSignIn:
    """A made-up sign-in at the website, some time before the demo is made."""

    ago: timedelta
    device: str
    place: str
    method: str = "sms"
    succeeded: bool = True


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
SIGN_INS = {
    "maria@example.com": (
        DemoSignIn(timedelta(hours=20), "iPhone, Safari", "San Antonio, TX"),
        DemoSignIn(timedelta(days=6), "iPhone, Safari", "San Antonio, TX"),
    ),
    "james@example.com": (
        # Not he: nothing else of his comes from there.
        DemoSignIn(timedelta(hours=3), "Linux, Firefox", "Reykjavik, IS"),
        DemoSignIn(
            timedelta(hours=3, minutes=1),
            "Linux, Firefox",
            "Reykjavik, IS",
            succeeded=False,
        ),
        DemoSignIn(timedelta(days=1), "Mac, Safari", "Oakland, CA", "totp"),
        DemoSignIn(timedelta(days=4), "Android, Chrome", "Oakland, CA", "totp"),
    ),
}
