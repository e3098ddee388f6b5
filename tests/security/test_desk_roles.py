"""Every endpoint of the desk is closed to the roles that it is not for."""

from typing import Any

from tests.security.goals import Goal
from tests.security.payloads import PAYLOADS
from tests.unit.test_channels_desk_roles import (
    EVERYBODY,
    MATRIX,
    Scene,
    ask,
    body_of,
    filled,
    scene,
)

__all__ = ["scene"]


async def test_a_role_is_refused_what_is_not_its_own(scene: Scene, goal: Goal) -> None:
    refused = expected = 0
    roles: tuple[Any, ...] = EVERYBODY
    for name, role in zip(("Ann", "Ben", "Cai"), roles, strict=True):
        actor = await scene.desk.agent(name, role)
        for method, path, _status, allowed, body in MATRIX:
            if role in allowed:
                continue
            url, sent = filled(path, scene.places), body_of(body, scene.places)
            given = await ask(actor, method, url, json=sent)
            refused += given == 403
            expected += 1
    goal("S18", f"{refused} of {expected} closed doors answer a wrong role with 403")
    assert refused == expected


def test_there_are_a_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) >= 100
