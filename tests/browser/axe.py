"""axe-core, which looks for what keeps people from using a page."""

from functools import cache
from typing import Any

from playwright.async_api import Frame

from tests.browser.node import require_package

# Everything that WCAG 2.2 AA asks for, and what axe-core holds for good practice.
RULES = [
    *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"),
]


async def faults(frame: Frame) -> list[str]:
    """What axe-core finds in one document, a line for each element."""
    if not await frame.evaluate("() => 'axe' in globalThis"):
        await frame.evaluate(_source())
    found: dict[str, Any] = await frame.evaluate(
        "(tags) => axe.run({ runOnly: tags, iframes: false })", RULES
    )
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@cache
def _source() -> str:
    return require_package("axe-core/axe.min.js").read_text("utf-8")
