"""The demo's made-up website: whose accounts it has, and how they sign in there."""

from dataclasses import dataclass
from datetime import datetime

from bot.accounts.demo import PEOPLE, WAITS_BECAUSE, WAITS_FOR_CODE, DemoPerson
from bot.accounts.directory import SqlDirectory
from bot.accounts.errors import AccountNotFound
from bot.accounts.journal import Journal
from bot.accounts.notices import Notices
from bot.chat import TOKEN_LIFETIME, identity_token
from bot.ground import number_policy
from bot.privacy.cipher import Cipher
from bot.privacy.secrets import keys_of
from bot.services import Services
from bot.telephony.wording import Wording
from bot.verification.authenticators import Authenticators
from bot.verification.caps import Caps
from bot.verification.challenges import Challenges
from bot.verification.codes import Codes
from bot.verification.contacts import email_spelling
from bot.verification.destinations import Destinations
from bot.verification.dispatch import Dispatch
from bot.verification.meters import Meters
from bot.verification.randomness import SystemRandomness
from bot.verification.sign_in_page import SignInPage, Unlimited
from bot.verification.throttles import Throttles


@dataclass(frozen=True)
class DemoAccount:
    """A made-up person and the numbers on the account now; the codes' one apart."""

    person: DemoPerson
    phones: tuple[str, ...]
    gets_codes: str | None


@dataclass(frozen=True)
class Vouched:
    """The website's word for somebody, and how long it holds."""

    token: str
    expires_at: datetime


class DemoSite:
    """What the made-up website knows and signs."""

    def __init__(self, services: Services) -> None:
        self._services = services
        keys = keys_of(services.settings)
        self._directory = SqlDirectory(Cipher(*keys.every("encryption")))
        codes = Codes(
            keys.derive("codes"), SystemRandomness(), *keys.every("codes")[1:]
        )
        self.sign_in_page = _sign_in_page(services, self._directory, codes)

    def accounts(self) -> list[DemoAccount]:
        """The accounts that the demo starts with, with the numbers they have now."""
        return [self._account(person) for person in PEOPLE]

    def vouch(self, email: str) -> Vouched:
        """Sign for somebody that an account is theirs, as after a right password.

        Raises:
            AccountNotFound: no account has that address.
        """
        if self._account_id(email) is None:
            raise AccountNotFound
        now = self._services.clock.now()
        token = identity_token(self._services.settings, email, now=now)
        return Vouched(token, now + TOKEN_LIFETIME)

    def _account(self, person: DemoPerson) -> DemoAccount:
        account_id = self._account_id(person.email)
        if account_id is None:
            return DemoAccount(person, person.numbers, None)
        with self._services.sessions() as session:
            numbers = self._directory.numbers(session, account_id)
            first = self._directory.code_number(session, account_id, fingerprint="")
        phones = tuple(number.value for number in numbers)
        return DemoAccount(person, phones, first.value if first else None)

    def _account_id(self, email: str) -> str | None:
        fingerprint = self._services.fingerprints.of("email", email_spelling(email))
        with self._services.sessions() as session:
            person = self._directory.find(session, "email", fingerprint)
        return person.account_id if person else None


def _sign_in_page(
    services: Services, directory: SqlDirectory, codes: Codes
) -> SignInPage:
    # The made-up website makes its codes itself, whoever makes the chat's.
    settings = services.settings.model_copy(update={"code_engine": "own"})
    clock, outbox = services.clock, services.outbox
    wording, journal = Wording(services.brand), Journal(clock)
    authenticators = Authenticators(settings)
    notices = Notices(outbox, wording, directory, language=settings.language)
    limits = Throttles(settings)
    filtered = next(each for each in PEOPLE if each.email == WAITS_FOR_CODE)
    return SignInPage(
        services.sessions,
        clock,
        services.fingerprints,
        directory,
        Destinations(directory, authenticators, language=settings.language),
        Dispatch(
            *(clock, settings, codes, Unlimited(settings), _caps(services, limits)),
            *(outbox, wording, journal),
        ),
        Challenges(
            *(services.sessions, clock, codes, codes, limits),
            *(authenticators, notices, journal, outbox),
        ),
        undeliverable=dict.fromkeys(filtered.numbers, WAITS_BECAUSE),
    )


def _caps(services: Services, limits: Throttles) -> Caps:
    settings = services.settings
    return Caps(
        *(settings, services.fingerprints, number_policy(settings)),
        *(limits, Meters(), services.visitors),
    )
