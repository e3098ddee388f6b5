"""Every way that a code is sent: each gives the code, and what takes it."""

import re
from collections.abc import Callable
from typing import Any

from tests.security.people import Person
from tests.unit.world import World

Check = Callable[[str], Any]


def by_text(world: World, who: Person) -> tuple[str, Check]:
    world.backend.identification.begin(who.chat, who.email)
    check = world.backend.identification.check
    return world.code_to(who.number), lambda code: check(who.chat, code)


def by_mail(world: World, who: Person) -> tuple[str, Check]:
    world.backend.identification.begin(who.chat, who.email, by="email")
    check = world.backend.identification.check
    return world.code_to(who.email), lambda code: check(who.chat, code)


def by_call(world: World, who: Person) -> tuple[str, Check]:
    world.backend.identification.begin(who.chat, who.email, by="voice")
    said = world.sent_to(who.number)[-1].text.replace(", ", "")
    found = re.search(r"\d{6}", said)
    assert found is not None
    check = world.backend.identification.check
    return found.group(), lambda code: check(who.chat, code)


def to_a_new_number(world: World, who: Person) -> tuple[str, Check]:
    world.identify(who.email, who.number, who.chat)
    wanted = f"+1312{who.number[5:]}"
    world.backend.phone_numbers.offer(who.chat, wanted, which="1")
    confirm = world.backend.phone_numbers.confirm
    return world.code_to(wanted), lambda code: confirm(who.chat, code)


def to_a_new_address(world: World, who: Person) -> tuple[str, Check]:
    world.identify_twice(who.email, who.number, who.chat)
    wanted = f"new.{who.email}"
    world.backend.emails.offer(who.chat, wanted)
    confirm = world.backend.emails.confirm
    return world.code_to(wanted), lambda code: confirm(who.chat, code)


WAYS = (by_text, by_mail, to_a_new_number, to_a_new_address)
