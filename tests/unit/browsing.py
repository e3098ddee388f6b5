"""A browser with the widget's page open: it names its origin and keeps its cookie."""

from typing import Any

import httpx

from bot.channels.cookies import NAME
from tests.unit.serving import Visitor


class Browser(Visitor):
    """Somebody who visits, and comes back."""

    def __init__(self, http: httpx.AsyncClient, cookie: str = "") -> None:
        super().__init__(http)
        self.home = {"Origin": str(http.base_url).rstrip("/")}
        self.cookie = cookie

    async def visit(self, **body: Any) -> httpx.Response:
        """Visit; what comes back is kept."""
        response = await self.send("POST", "visit", json=body)
        return self.keep(response)

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.home, **self.headers, **options.pop("headers", {})}
        if self.cookie:
            headers["Cookie"] = f"{NAME}={self.cookie}"
        return await self.http.request(
            method, f"/api/web/{path}", headers=headers, **options
        )

    def keep(self, response: httpx.Response) -> httpx.Response:
        """Take the cookie and the token over, if there are any."""
        written = response.headers.get("set-cookie", "")
        if written:
            self.cookie = written.split(";")[0].partition("=")[2]
        if response.is_success:
            visit = response.json()
            self.conversation = visit["conversation"]
            self.headers = {"Authorization": f"Bearer {visit['token']}"}
        return response

    def other_tab(self) -> "Browser":
        """Another tab, which has the same cookie and no token yet."""
        return Browser(self.http, self.cookie)
