"""Tasks: what a person came for, from the proof of identity to the outcome."""

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Domain, Event, Replies, Speaker, entities_of
from actions.proving import METHODS, REPLIES, open_case, take_code, told
from bot.privacy.errors import DisclosureGone
from bot.telephony.gateway import Way
from bot.verification.errors import (
    AuthenticatorDisabled,
    CodeMalformed,
    ContactUnreadable,
    NoAuthenticator,
    NotSignedIn,
    RecoveryCodeMalformed,
    SendLimitReached,
    SendTooSoon,
    VerificationError,
)
from bot.verification.standing import CodeSent, Standing
from bot.verification.strength import recovers

Need = Literal["nothing", "view", "change", "bind", "recover"]
CONTACTS = {"email", "phone"}
CODES = {"code", "recovery_code"}
Validated = dict[str, Any]
FULL_NUMBER = 10
# An answer that was of use ends a row of misses.
HEARD: Validated = {"misses": 0}
KNOWN_SENT = {
    "sms": "utter_code_sent_known",
    "voice": "utter_code_called_known",
    "email": "utter_code_mailed_known",
}


class Task(Speaker, FormValidationAction):
    """One way through the form; rows say what is proved and what is still missing.

    `need`: the proof without which it ends nowhere. `looks`: it only looks something
    up, and can be answered in the middle of another. `recovers`: the phone may be
    gone, so codes go by e-mail.
    """

    intent: ClassVar[str]
    need: ClassVar[Need] = "view"
    looks: ClassVar[bool] = False
    recovers: ClassVar[bool] = False
    replies: ClassVar[Replies] = REPLIES
    # The slot for a kind of value that comes while a known account's code is asked for.
    early: ClassVar[tuple[str, str] | None] = None

    def name(self) -> str:
        """The form action of domain.yml that all tasks stand behind."""
        return "validate_task_form"

    async def start(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """Say what is going to happen."""

    async def restart(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> list[Event]:
        """Meet the same wish while it is under way; gives events of slots."""
        await self.start(dispatcher, tracker)
        return []

    async def needs_proof(self, tracker: Tracker) -> bool:
        """Whether anything has to be proved at all for what was asked."""
        return self.need != "nothing"

    async def missing(self, standing: Standing, tracker: Tracker) -> str | None:
        """The slot to ask for once identity is proved; none when all is there."""
        return None

    async def unproved(self, tracker: Tracker) -> str | None:
        """The slot to ask for when nothing has to be proved."""
        return None

    async def on_proved(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        """Use what was given before it could be used; gives slots."""
        return {}

    async def send_anew(
        self, by: Way | None, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> bool:
        """Send the code that is asked for, where none is open to be sent again.

        Gives whether one was sent.

        Raises:
            VerificationError, DisclosureGone: none can be sent now.
        """
        if tracker.get_slot("requested_slot") != "identify_code":
            return False
        standing = await self.standing(tracker)
        contact = tracker.get_slot("identify_contact")
        if standing.account_known:
            way = await self.next_proof(standing, tracker) or "sms"
            await self._send_known(by or way, dispatcher, tracker)
        elif contact is not None:
            sent = await self._begin(contact, by, tracker)
            self._say_on_its_way(dispatcher, tracker, sent)
        return standing.account_known or contact is not None

    async def ask_confirmed(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Ask whether it is really wanted, in words of its own."""

    async def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        """Do it, and say what came of it; the service checks every proof itself."""

    def proved(self, standing: Standing) -> bool:
        """Whether what is proved is enough for this task."""
        return {
            "nothing": True,
            "view": standing.may_view,
            "change": standing.may_change,
            "bind": standing.may_bind,
            "recover": standing.may_recover,
        }[self.need]

    async def enough(self, standing: Standing, tracker: Tracker) -> bool:
        """Whether no more has to be proved before the rest is asked for."""
        return self.proved(standing)

    async def standing(self, tracker: Tracker) -> Standing:
        """What the conversation has proved."""
        return await self.call(self.services.identification.standing, tracker.sender_id)

    async def validate_identify_contact(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        if await self._is_under_way(tracker):
            return {"identify_contact": value}
        if await self._is_needless(tracker):
            return {"identify_contact": None}
        if self.early and await self._is_early(value, tracker):
            self.say(dispatcher, tracker, "utter_kept_for_later")
            return {"identify_contact": None, self.early[1]: value}
        try:
            sent = await self._begin(value, None, tracker)
        except ContactUnreadable as error:
            return await self._no_contact(error, value, dispatcher, tracker)
        except (VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, self.replies)
            kept = value if isinstance(error, SendTooSoon | SendLimitReached) else None
            return {"identify_contact": kept, "identify_code": None}
        if tracker.get_slot("identify_method") == "none":
            return {"identify_contact": value} | await open_case(
                self, dispatcher, tracker
            )
        self._say_on_its_way(dispatcher, tracker, sent)
        return {"identify_contact": value, "identify_code": None} | HEARD

    async def validate_identify_method(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        """Take another way to prove identity; `none`: there is none left."""
        if value not in METHODS:
            return {"identify_method": None}
        known = (await self.standing(tracker)).account_known
        if value == "none" and (known or tracker.get_slot("identify_contact")):
            return await open_case(self, dispatcher, tracker) | HEARD
        if value in ("email", "sms"):
            return await self._send_by(value, dispatcher, tracker)
        return {"identify_method": value, "identify_code": None} | HEARD

    async def take_new_code(
        self,
        slot: str,
        value: Any,
        confirm: Callable[[str, str], object],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
    ) -> Validated:
        """Check the code that shows that something new is at hand."""
        try:
            code = await self.disclosed(tracker, value, "code")
            await self.call(confirm, tracker.sender_id, code)
        except (VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return {slot: None}
        return {slot: value} | HEARD

    async def validate_confirmed(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        return {"confirmed": value} | HEARD

    async def validate_identify_code(
        self,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Domain,
    ) -> Validated:
        if wrong := await take_code(self, value, dispatcher, tracker):
            # Whose account it is was said too long ago to count.
            forgotten = isinstance(wrong, NotSignedIn)
            kept = None if forgotten else tracker.get_slot("identify_contact")
            method = tracker.get_slot("identify_method")
            gone = isinstance(wrong, AuthenticatorDisabled)
            return {
                "identify_code": None,
                "identify_contact": kept,
                "identify_method": None if gone else method,
            }
        heard = {"identify_code": value, "identify_method": None} | HEARD
        return heard | await self.on_proved(dispatcher, tracker)

    async def next_requested_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Event:
        slot = await self._next(dispatcher, tracker)
        event: Event = SlotSet("requested_slot", slot)
        return event

    async def _next(
        self, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> str | None:
        standing = await self.standing(tracker)
        if tracker.get_slot("task_over"):
            return None
        if not await self.needs_proof(tracker):
            return await self.unproved(tracker)
        if await self.enough(standing, tracker):
            return await self.missing(standing, tracker)
        if not (standing.account_known or tracker.get_slot("identify_contact")):
            return "identify_contact"
        if not _needs_code(tracker):
            return "identify_code"
        can_prove = await self._send_to_known(dispatcher, tracker, standing)
        return "identify_code" if can_prove else None

    async def _send_to_known(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, standing: Standing
    ) -> bool:
        """Send a code to the account in view; False when nothing can prove more.

        The form ends then, and the service refuses what was to follow it.
        """
        if not standing.account_known or _uses_saved_secret(tracker):
            return True
        by = await self.next_proof(standing, tracker)
        if by is None:
            return await self._has_saved_secret(tracker)
        if _is_of_use(standing, by):
            if _gave_code(tracker):
                self.say(dispatcher, tracker, "utter_second_proof")
            return True
        try:
            sent = await self.call(
                self.services.identification.begin_known, tracker.sender_id, by=by
            )
        except NoAuthenticator:
            return await self._has_saved_secret(tracker)
        except VerificationError as error:
            self.explain(dispatcher, tracker, error, self.replies)
            return True
        self._say_sent(dispatcher, tracker, sent)
        return True

    async def next_proof(self, standing: Standing, tracker: Tracker) -> Way | None:
        """How the account in view can prove more; None when only it knows how."""
        methods = {"sms" if each == "voice" else each for each in standing.methods}
        too_old = recovers(standing.methods)
        mail: Way | None = "email" if too_old or "email" not in methods else None
        if self.recovers or standing.is_half:
            return mail
        if self.need == "bind" and not methods.isdisjoint({"sms", "totp"}):
            return "sms" if "session" in methods else mail
        return "sms" if await self._has_number(tracker) else None

    async def _begin(self, contact: str, by: Way | None, tracker: Tracker) -> CodeSent:
        """Send a code to the account under a contact that was typed here."""
        way: Way = "email" if self._by_mail(tracker) else by or "sms"
        typed = await self.disclosed(tracker, contact, "email", "phone")
        return await self.call(
            self.services.identification.begin, tracker.sender_id, typed, by=way
        )

    async def _send_known(
        self, by: Way, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> None:
        """Send a code to the account in view, and say where to."""
        sent = await self.call(
            self.services.identification.begin_known, tracker.sender_id, by=by
        )
        self.say(dispatcher, tracker, KNOWN_SENT[sent.by], **told(sent))

    def _say_on_its_way(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, sent: CodeSent
    ) -> None:
        mailed = sent.by == "email"
        way = "utter_code_on_its_way_email" if mailed else "utter_code_on_its_way"
        self.say(dispatcher, tracker, way, **told(sent))

    async def _no_contact(
        self,
        error: ContactUnreadable,
        value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
    ) -> Validated:
        """Keep the contact there was: what was typed may be a code too long."""
        method = tracker.get_slot("identify_method")
        awaited = (await self.standing(tracker)).code_pending or method == "totp"
        if method == "recovery_code":
            wrong: VerificationError = RecoveryCodeMalformed()
        elif tracker.get_slot("requested_slot") == "identify_code" and awaited:
            wrong = CodeMalformed()
        else:
            wrong = error
        self.explain(dispatcher, tracker, wrong, self.replies)
        return {"identify_contact": _before(tracker, "identify_contact", value)}

    async def _is_early(self, value: Any, tracker: Tracker) -> bool:
        """Whether a value answers what is asked of a known account later."""
        kind = self.early[0] if self.early else ""
        known = (await self.standing(tracker)).account_known
        if not known or kind not in entities_of(tracker):
            return False
        typed = await self.disclosed(tracker, value, kind)
        # Fewer digits are a code with some too many.
        return kind != "phone" or sum(map(str.isdigit, typed)) >= FULL_NUMBER

    def _say_sent(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, sent: CodeSent
    ) -> None:
        if tracker.get_slot("identify_code") is not None:
            just_now = tracker.get_slot("requested_slot") == "identify_code"
            self.say(
                dispatcher,
                tracker,
                "utter_second_proof" if just_now else "utter_proof_stale",
            )
        self.say(dispatcher, tracker, KNOWN_SENT[sent.by], **told(sent))

    async def _send_by(
        self, way: Way, dispatcher: CollectingDispatcher, tracker: Tracker
    ) -> Validated:
        """Send a code by the way that was chosen instead."""
        if way == "email" and not self.recovers and self.need != "bind":
            self.say(dispatcher, tracker, "utter_method_not_here")
            return {"identify_method": None}
        identification = self.services.identification
        known = (await self.standing(tracker)).account_known
        contact = tracker.get_slot("identify_contact")
        try:
            if known:
                await self._send_known(way, dispatcher, tracker)
            elif contact:
                await self.call(identification.resend, tracker.sender_id, by=way)
                self.say(dispatcher, tracker, f"utter_resent_{way}")
        except (VerificationError, DisclosureGone) as error:
            self.explain(dispatcher, tracker, error, self.replies)
        return {"identify_method": way, "identify_code": None} | HEARD

    def _by_mail(self, tracker: Tracker) -> bool:
        method = tracker.get_slot("identify_method")
        return self.recovers and method in (None, "email", "none")

    async def _is_under_way(self, tracker: Tracker) -> bool:
        """Whether another task got the contact, and its code is on its way."""
        if not CONTACTS.isdisjoint(entities_of(tracker)):
            return False
        return (await self.standing(tracker)).code_pending

    async def _is_needless(self, tracker: Tracker) -> bool:
        """Whether what is to be looked up can be shown without another proof."""
        asked = tracker.get_slot("requested_slot") in (
            "identify_contact",
            "identify_code",
        )
        return self.looks and not asked and self.proved(await self.standing(tracker))

    async def _has_saved_secret(self, tracker: Tracker) -> bool:
        state = await self.call(self.services.two_factor.state, tracker.sender_id)
        return state.app or state.recovery_codes_left > 0

    async def _has_number(self, tracker: Tracker) -> bool:
        state = await self.call(self.services.two_factor.state, tracker.sender_id)
        return state.numbers > 0


def _before(tracker: Tracker, slot: str, value: Any) -> Any:
    """What a slot held before it was given `value`."""
    held = (
        event["value"]
        for event in reversed(tracker.events)
        if event.get("event") == "slot" and event.get("name") == slot
    )
    return next((earlier for earlier in held if earlier != value), None)


def _uses_saved_secret(tracker: Tracker) -> bool:
    return tracker.get_slot("identify_method") in ("totp", "recovery_code")


def _is_of_use(standing: Standing, by: Way) -> bool:
    """Whether the code that is open is one that proves what is missing."""
    if standing.code_by is None:
        return False
    sent = "sms" if standing.code_by == "voice" else standing.code_by
    return sent == by or "recovery_code" in standing.methods


def _gave_code(tracker: Tracker) -> bool:
    """Whether a code was given just now, and proved too little."""
    given = not CODES.isdisjoint(entities_of(tracker))
    return given and tracker.get_slot("identify_code") is not None


def _needs_code(tracker: Tracker) -> bool:
    """Whether the question is new, or the code that answered it proved too little."""
    asked = tracker.get_slot("requested_slot") == "identify_code"
    return not asked or tracker.get_slot("identify_code") is not None
