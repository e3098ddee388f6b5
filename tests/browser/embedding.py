"""The website's side of the chat: what its page may call."""

from tests.browser.chat import Chat


async def call(chat: Chat, method: str, *arguments: str) -> None:
    """Call a method of `window.Switchboard`."""
    given = [method, list(arguments)]
    await chat.page.evaluate("([name, given]) => Switchboard[name](...given)", given)


async def identify(chat: Chat, token: str) -> None:
    """Say who is signed in on the page, and wait until the chat knows."""
    async with chat.page.expect_response("**/api/web/identity"):
        await call(chat, "identify", token)
    await chat.connected()
