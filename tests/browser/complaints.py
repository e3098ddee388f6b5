"""What a browser complains of while a test runs; a page that works says nothing."""

import re

from playwright.async_api import BrowserContext, ConsoleMessage, WebError


class Complaints:
    """Errors and warnings of the console, and errors that nothing caught."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def listen(self, context: BrowserContext) -> None:
        """Hear every page of a context from now on."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)

    def allow(self, pattern: str) -> None:
        """Expect complaints that match: the network is cut, a request is refused."""
        self._allowed.append(re.compile(pattern))

    @property
    def unexpected(self) -> list[str]:
        """Everything that nobody expected."""
        return [
            text
            for text in self._heard
            if not any(allowed.search(text) for allowed in self._allowed)
        ]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._heard.append(f"{message.text} ({message.location.get('url')})")

    def _on_error(self, error: WebError) -> None:
        self._heard.append(str(error.error))
