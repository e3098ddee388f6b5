"""How the parts of accounts and verification are put together."""

from bot.accounts import assembly as accounts
from bot.accounts.activity import Activity
from bot.accounts.directory import AccountDirectory, SqlDirectory
from bot.accounts.journal import Journal
from bot.accounts.models import UndoKind
from bot.accounts.new_emails import NewEmails
from bot.accounts.new_numbers import NewNumbers
from bot.accounts.notices import Notices
from bot.accounts.numbers import PhoneNumbers
from bot.accounts.offering import Offering
from bot.accounts.reading import NumberReader
from bot.accounts.rebinding import Rebinding
from bot.accounts.recycling import Recycling
from bot.accounts.removing import Removing
from bot.accounts.reversals import NumberReversals
from bot.accounts.suspension import Suspension
from bot.accounts.switching import Switching
from bot.accounts.telling import Telling
from bot.accounts.undo_links import UndoLinks
from bot.accounts.undoing import Reverser
from bot.privacy.disclosures import Disclosures
from bot.verification import factors
from bot.verification.authenticators import Authenticators
from bot.verification.backend import Backend
from bot.verification.bindings import Bindings
from bot.verification.caps import Caps
from bot.verification.challenges import Challenges
from bot.verification.checking import CodeCheck, ElsewhereCheck
from bot.verification.claims import Claims
from bot.verification.codes import Codes
from bot.verification.destinations import Destinations
from bot.verification.dispatch import Dispatch
from bot.verification.granting import Granting
from bot.verification.guesses import Guesses
from bot.verification.history import CodeHistory
from bot.verification.identification import Identification
from bot.verification.identity_tokens import IdentityTokens
from bot.verification.meters import Meters
from bot.verification.outside import Outside
from bot.verification.pasted import PastedCodes
from bot.verification.proofs import Proofs
from bot.verification.retention import CodesGo, Retention, unnoticed
from bot.verification.showings import Showings
from bot.verification.standing import Standings
from bot.verification.throttles import Throttles
from bot.verification.traffic import Traffic
from bot.verification.visitors import Visitors
from bot.verification.vouching import Vouching


class Assembly:
    """Makes each part once; the attributes are the parts that others share."""

    def __init__(
        self,
        outside: Outside,
        directory: AccountDirectory,
        codes_go: CodesGo = unnoticed,
    ) -> None:
        self.outside = outside
        self.codes_go = codes_go
        self.directory = directory
        settings, clock = outside.settings, outside.clock
        self.journal = Journal(clock)
        self.new_numbers = NewNumbers(clock, outside.cipher, outside.fingerprints)
        self.new_emails = NewEmails(clock, outside.cipher, outside.fingerprints)
        self.notices = Notices(
            outside.outbox, outside.wording, directory, language=settings.language
        )
        self.undo_links = UndoLinks(clock, settings, outside.randomness)
        self.showings = Showings(outside.sessions, clock, outside.cipher)
        self.disclosures = Disclosures(
            outside.sessions,
            clock,
            outside.cipher,
            lifetime=settings.disclosure_lifetime,
        )
        self.throttles = Throttles(settings)
        self.meters = Meters()
        self.visitors = Visitors(outside.sessions, clock, outside.fingerprints)
        self.caps = Caps(
            *(settings, outside.fingerprints, outside.policy),
            *(self.throttles, self.meters, self.visitors),
        )
        self.authenticators = Authenticators(settings)
        self.proofs = Proofs(clock, settings, self.authenticators)
        key, *old_keys = outside.keys.every("codes")
        self.codes = Codes(key, outside.randomness, *old_keys)
        self.destinations = Destinations(
            directory, self.authenticators, language=settings.language
        )
        self.bindings = Bindings(directory, self.throttles, self.notices, self.journal)
        self.rebinding = Rebinding(
            clock, settings, self.authenticators, self.bindings, self.proofs
        )
        self.telling = Telling(self.notices, self.undo_links, self.journal)
        self.deletions = accounts.deletions(self)
        self.dispatch = self._dispatch()
        self.challenges = self._challenges()
        self.guesses = self._guesses()
        self.vouching = self._vouching()

    def backend(self) -> Backend:
        """The services, ready for use."""
        outside = self.outside
        totp, recovery_codes = factors.totp(self), factors.recovery_codes(self)
        return Backend(
            reversers=self._reversers(),
            identification=self._identification(),
            vouching=self.vouching,
            phone_numbers=self._phone_numbers(),
            history=CodeHistory(
                outside.sessions, outside.clock, self.proofs, self.throttles
            ),
            totp=totp,
            recovery_codes=recovery_codes,
            two_factor=factors.two_factor(self, totp, recovery_codes),
            disclosures=self.disclosures,
            suspension=self._suspension(),
            showings=self.showings,
            activity=Activity(outside.sessions, self.proofs),
            emails=accounts.emails(self),
            deletions=self.deletions,
            retention=Retention(
                outside.sessions,
                outside.clock,
                self.throttles,
                self.new_numbers,
                self.new_emails,
                self.undo_links,
                self.meters,
                self.visitors,
                undo_lifetime=outside.settings.undo_lifetime,
                audit_retention=outside.settings.audit_retention,
                codes_go=self.codes_go,
            ),
            visitors=self.visitors,
            traffic=Traffic(
                outside.sessions, outside.clock, outside.settings, self.meters
            ),
        )

    def _reversers(self) -> dict[UndoKind, Reverser]:
        return {
            **self._number_reversals().reversers(),
            "email_changed": accounts.email_reversal(self).take_back,
            "deletion": self.deletions.take_back,
        }

    def _dispatch(self) -> Dispatch:
        outside = self.outside
        return Dispatch(
            outside.clock,
            outside.settings,
            self.codes,
            self.throttles,
            self.caps,
            outside.outbox,
            outside.wording,
            self.journal,
            outside.answering,
        )

    def _challenges(self) -> Challenges:
        return Challenges(
            self.outside.sessions,
            self.outside.clock,
            self.codes,
            self._check(),
            self.throttles,
            self.authenticators,
            self.notices,
            self.journal,
            self.outside.outbox,
            self.outside.answering,
        )

    def _check(self) -> CodeCheck:
        outside = self.outside
        if outside.verifications is None:
            return self.codes
        return ElsewhereCheck(outside.sessions, self.codes, outside.verifications)

    def _guesses(self) -> Guesses:
        return Guesses(
            self.outside.sessions,
            self.outside.clock,
            Claims(self.outside.clock, self.proofs),
            self.throttles,
            self.authenticators,
            self.proofs,
            self.notices,
            self.journal,
            self.outside.answering,
        )

    def _identification(self) -> Identification:
        outside = self.outside
        return Identification(
            outside.sessions,
            outside.clock,
            outside.settings,
            outside.fingerprints,
            self.destinations,
            self.new_numbers,
            self.new_emails,
            self.dispatch,
            self.challenges,
            self.proofs,
            Granting(outside.clock, outside.settings, self.proofs),
            Standings(outside.sessions, outside.clock, self.proofs, self.throttles),
            self.vouching,
            self._pasted_codes(),
        )

    def _vouching(self) -> Vouching:
        outside = self.outside
        return Vouching(
            outside.clock,
            outside.settings,
            outside.fingerprints,
            self.directory,
            self.proofs,
            IdentityTokens(outside.settings, outside.clock),
            self.journal,
        )

    def _pasted_codes(self) -> PastedCodes:
        return PastedCodes(
            self.outside.sessions,
            self.outside.clock,
            self.codes,
            self.disclosures,
            self.proofs,
            self.journal,
        )

    def _phone_numbers(self) -> PhoneNumbers:
        reader = self._reader()
        return PhoneNumbers(
            self.outside.sessions,
            self.proofs,
            reader,
            self._offering(reader),
            self._switching(),
            self._removing(),
        )

    def _reader(self) -> NumberReader:
        outside = self.outside
        return NumberReader(
            outside.sessions,
            outside.clock,
            outside.settings,
            outside.lines,
            outside.policy,
            self.throttles,
            self.visitors,
        )

    def _offering(self, reader: NumberReader) -> Offering:
        return Offering(
            self.outside.sessions,
            self.outside.fingerprints,
            reader,
            self.new_numbers,
            self.destinations,
            self.dispatch,
            self.challenges,
            self.proofs,
        )

    def _switching(self) -> Switching:
        return Switching(
            self.outside.sessions,
            self.directory,
            self.new_numbers,
            self.proofs,
            self.rebinding,
            Recycling(self.rebinding, self.notices, self.journal),
            self.telling,
            self.journal,
            self.outside.outbox,
        )

    def _removing(self) -> Removing:
        return Removing(
            self.outside.sessions,
            self.directory,
            self.proofs,
            self.authenticators,
            self.rebinding,
            self.telling,
            self.outside.outbox,
        )

    def _number_reversals(self) -> NumberReversals:
        return NumberReversals(
            self.outside.clock,
            self.authenticators,
            self.rebinding,
            self.undo_links,
            self.notices,
        )

    def _suspension(self) -> Suspension:
        return Suspension(
            self.outside.sessions,
            self.outside.clock,
            self.proofs,
            self.rebinding,
            self.bindings,
            self.undo_links,
            self.notices,
            self.journal,
            self.outside.outbox,
        )


def assemble(
    outside: Outside,
    *,
    directory: AccountDirectory | None = None,
    codes_go: CodesGo = unnoticed,
) -> Assembly:
    """Put the parts together, on this service's own tables unless told otherwise.

    `codes_go` is told of codes in the transaction that deletes them.
    """
    return Assembly(outside, directory or SqlDirectory(outside.cipher), codes_go)
