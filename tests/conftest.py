"""What all tests share: Rasa is made fit before anything imports it."""

import pytest

from bot.engine.runtime import prepare

# Warnings are errors here, but for what Rasa's own packages do when they run.
EXPECTED = (
    "ignore:the load_module:DeprecationWarning",
    "ignore::DeprecationWarning:rasa",
    "ignore::DeprecationWarning:pykwalify",
    "ignore:Slot auto-fill has been removed",
)

prepare()


def pytest_configure(config: pytest.Config) -> None:
    for line in EXPECTED:
        config.addinivalue_line("filterwarnings", line)
