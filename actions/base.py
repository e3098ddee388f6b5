"""What all actions share: the services, the brand's words, the person's values."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.dates import until
from bot.privacy.errors import DisclosureGone

if TYPE_CHECKING:
    from bot.services import Services

Event = dict[str, Any]
Domain = dict[str, Any]
Replies = Mapping[type[Exception], str]
Given = ParamSpec("Given")
Result = TypeVar("Result")


class Speaker:
    """Has the product's services, and speaks; the SDK passes none, the app does."""

    def __init__(self, services: "Services | None" = None) -> None:
        self._services = services

    @property
    def services(self) -> "Services":
        """The services; made from the environment under `rasa run actions`."""
        if self._services is None:
            from bot.app import standalone_services

            self._services = standalone_services()
        return self._services

    async def call(
        self,
        method: Callable[Given, Result],
        *args: Given.args,
        **options: Given.kwargs,
    ) -> Result:
        """Run one service method off the event loop."""
        return await asyncio.to_thread(method, *args, **options)

    async def disclosed(self, tracker: Tracker, slot_value: str, *kinds: str) -> str:
        """The value behind a slot's reference.

        Raises:
            DisclosureGone: it was never typed here, or is too old.
        """
        reveal, place = self.services.disclosures.reveal, int(slot_value)
        for kind in kinds[:-1]:
            with suppress(DisclosureGone):
                return await self.call(reveal, tracker.sender_id, place, kind)
        return await self.call(reveal, tracker.sender_id, place, kinds[-1])

    async def all_disclosed(
        self, tracker: Tracker, slot_value: str, kind: str
    ) -> list[str]:
        """Every value of a kind in the message that a slot's reference means."""
        reveal, place = self.services.disclosures.reveal, int(slot_value)
        values: list[str] = []
        with suppress(DisclosureGone):
            while True:
                value = await self.call(
                    reveal, tracker.sender_id, place, kind, position=len(values)
                )
                values.append(value)
        return list(dict.fromkeys(values))

    def say(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        response: str,
        **values: Any,
    ) -> None:
        """Speak a response of domain data; brand words are always at hand."""
        dispatcher.utter_message(
            response=response, **self._brand_words(tracker), **values
        )

    def explain(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        error: Exception,
        replies: Replies,
    ) -> None:
        """Speak the response for `error`; its attributes fill the wording."""
        values = dict(vars(error))
        if "again_in" in values:
            values["wait"] = until(values["again_in"], language_of(tracker))
        self.say(dispatcher, tracker, reply_to(error, replies), **values)

    def _brand_words(self, tracker: Tracker) -> dict[str, str]:
        brand, language = self.services.brand, language_of(tracker)
        return {
            "brand": brand.name,
            "site": brand.site,
            "support_url": brand.support_url,
            "settings_path": brand.settings_path[language],
            "security_path": brand.security_path[language],
            "disclaimer": brand.disclaimer[language],
        }


class BotAction(Speaker, Action, ABC):
    """An action of domain.yml."""

    @abstractmethod
    def name(self) -> str:
        """The action's name in domain.yml."""


def language_of(tracker: Tracker) -> str:
    """The language this turn is answered in: `en` or `es`."""
    return "es" if tracker.get_slot("language") == "es" else "en"


def intent_of(tracker: Tracker) -> str:
    """The intent of the latest message."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def entities_of(tracker: Tracker) -> dict[str, str]:
    """The latest message's entities, the last value of each kind."""
    found = tracker.latest_message.get("entities") or []
    return {entity["entity"]: str(entity["value"]) for entity in found}


def reply_to(error: Exception, replies: Replies) -> str:
    """The response named for `error`'s class or for its nearest base.

    Raises:
        KeyError: no class of the error has a response.
    """
    return next(replies[kind] for kind in type(error).__mro__ if kind in replies)
