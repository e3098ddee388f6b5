"""Puts the parts of texting together, over what the other topics have built."""

from dataclasses import dataclass

from bot.background import Bell
from bot.conversations.hearing import Detect
from bot.conversations.notifier import Notifier
from bot.conversations.offers import Offers
from bot.conversations.saying import OnSaid, Saying
from bot.conversations.service import Conversations
from bot.conversations.turns import Turns
from bot.conversations.unreadable import Unreadable
from bot.telephony.suppressions import Suppressions
from bot.texting.hearing import TextHearing
from bot.texting.inbox import Inbox
from bot.texting.linking import Linking
from bot.texting.numbering import Chooser
from bot.texting.reader import TextReader
from bot.texting.reading import TextReading
from bot.texting.rendering import Rendering
from bot.texting.replies import TextedReplies
from bot.texting.threads import Threads
from bot.texting.wording import Wording
from bot.verification.outside import Outside
from bot.verification.visitors import Visitors


@dataclass(frozen=True)
class Texting:
    """What the app needs of this topic."""

    inbox: Inbox
    reader: TextReader


def build_linking(outside: Outside) -> Linking:
    """The links from texts to the web."""
    base = outside.settings.link_base
    return Linking(outside.sessions, outside.clock, outside.randomness, base=base)


def build_saying(outside: Outside, linking: Linking, *on_said: OnSaid) -> Saying:
    """Lets every line of the service be texted to who texts, and told to others."""
    rendering = Rendering(Wording(outside.brand))
    replies = TextedReplies(outside.outbox, outside.cipher, rendering, linking)
    return Saying([replies, *on_said])


class Assembly:
    """Makes the parts that texts come in by."""

    def __init__(
        self,
        outside: Outside,
        conversations: Conversations,
        saying: Saying,
        visitors: Visitors,
        detect: Detect,
    ) -> None:
        self._outside = outside
        self._conversations = conversations
        self._saying = saying
        self._visitors = visitors
        self._detect = detect

    def build(
        self, suppressions: Suppressions, notifier: Notifier, turns: Turns
    ) -> Texting:
        """The inbox, and the reader who empties it."""
        outside, bell = self._outside, Bell()
        inbox = Inbox(
            outside.sessions,
            outside.clock,
            outside.cipher,
            outside.fingerprints,
            on_wake=bell.ring,
        )
        reading = self._reading(suppressions)
        tell = (notifier.notify, turns.wake)
        return Texting(inbox, TextReader(inbox, reading, bell, tell=tell))

    def _reading(self, suppressions: Suppressions) -> TextReading:
        outside = self._outside
        wording = Wording(outside.brand)
        return TextReading(
            outside.sessions,
            self._threads(),
            self._hearing(wording),
            suppressions,
            outside.outbox,
            wording,
            self._detect,
            limit=outside.settings.texts_per_hour,
            language=outside.settings.language,
        )

    def _hearing(self, wording: Wording) -> TextHearing:
        outside = self._outside
        return TextHearing(
            self._conversations,
            Offers(outside.sessions),
            Unreadable(outside.sessions, outside.clock, self._saying),
            Chooser(),
            wording,
        )

    def _threads(self) -> Threads:
        outside = self._outside
        return Threads(
            outside.sessions,
            outside.clock,
            outside.cipher,
            self._conversations,
            lifetime=outside.settings.session_lifetime,
            on_open=self._visitors.note,
        )
