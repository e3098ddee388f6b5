"""A number whose SIM card was changed proves nothing: who has it now is not known.

Codes to it are held back when they leave, in every way in which it can be reached, so
that no proof can come of it; an address by e-mail still works beside it.
"""

from datetime import date

import pytest

from bot.clock import ManualClock
from bot.database import Sessions
from bot.telephony.gateway import ConsoleGateway
from bot.telephony.models import Delivery
from bot.telephony.risks import CarefulGateway, Risk
from bot.verification.errors import VerificationError
from bot.verification.models import Proof
from tests.security.goals import Goal
from tests.security.people import Person, person
from tests.unit.world import World, empty_world, outcome

WAYS = ("sms", "voice")
PEOPLE = 20


class Swapped:
    """Every number's card was changed yesterday."""

    def of(self, _e164: str, *, verified_on: date | None) -> Risk | None:
        return "sim_swap"


@pytest.fixture
def world(sessions: Sessions, clock: ManualClock) -> World:
    careful = CarefulGateway(Swapped(), lambda number: None, ConsoleGateway())
    return empty_world(sessions, clock, gateway=careful)


def ask_for_codes(world: World, who: Person) -> None:
    """In every way: by address and by number, as text and as call."""
    for contact in (who.email, who.number):
        for by in WAYS:
            world.backend.identification.begin(who.chat, contact, by=by)
            world.clock.move(3600)
            world.outbox.drain()


def test_no_proof_comes_of_a_number_whose_card_was_changed(
    world: World, goal: Goal
) -> None:
    everybody = [person(world, turn) for turn in range(PEOPLE)]
    for who in everybody:
        ask_for_codes(world, who)

    held = [row for row in world.rows(Delivery) if row.error_code == "sim_swap"]
    assert {row.by for row in held} == set(WAYS)
    assert [world.sent_to(who.number) for who in everybody] == [[]] * PEOPLE
    assert world.rows(Proof) == []
    goal("S12", f"SIM card changed: {len(held)} codes held back, 0 arrive, 0 proofs")


@pytest.mark.parametrize("bind", ["totp", "recovery_codes"])
def test_an_address_still_opens_the_account_but_no_other_way_in(
    world: World, bind: str
) -> None:
    who = person(world, 0)
    world.backend.identification.begin(who.chat, who.email, by="email")
    world.backend.identification.check(who.chat, world.code_to(who.email))
    enrol = {
        "totp": world.backend.totp.enrol,
        "recovery_codes": world.backend.recovery_codes.issue,
    }

    refused = outcome(enrol[bind], who.chat)

    assert issubclass(refused, VerificationError)
    assert len(world.rows(Proof)) == 1
