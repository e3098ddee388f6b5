"""The model's understanding alone, in this process: for measuring and for tools."""

import asyncio
import logging
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog

from bot.engine.runtime import prepare


def load_agent(model_path: Path | str) -> Any:
    """A trained model's agent, without a server, a store or an action endpoint.

    Raises:
        rasa.exceptions.ModelNotFound: there is none.
    """
    prepare()
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    # Rasa freezes every logger of the process at its first line, also those of others.
    structlog.configure(cache_logger_on_first_use=False)
    # Rasa warns twice of what it no longer does by itself, which nobody relies on.
    warnings.filterwarnings("ignore", "Slot auto-fill has been removed", UserWarning)
    return Agent.load(str(model_path))


class Parser:
    """A trained model, loaded without a server, a store or an action endpoint."""

    def __init__(self, model_path: Path | str) -> None:
        """Load a model's archive, or the latest one of a folder.

        Raises:
            rasa.exceptions.ModelNotFound: there is none.
        """
        self._agent = load_agent(model_path)

    def parse_many(self, texts: Iterable[str]) -> list[dict[str, Any]]:
        """How each text is understood: intent, confidence, ranking, entities.

        The intent is the one after the fallback rule.
        """
        return asyncio.run(self._parse(texts))

    async def _parse(self, texts: Iterable[str]) -> list[dict[str, Any]]:
        from bot.engine.messages import plain
        from bot.engine.turns import parse

        return [await parse(self._agent, plain(text)) for text in texts]
