"""What the engine says, collected for the app."""

from typing import Any

from rasa.core.channels.channel import OutputChannel

Reply = dict[str, Any]


def make_reply(message: dict[str, Any]) -> Reply:
    """The parts of a bot message that the app shows, those that are there.

    Keys: text, buttons (title and payload each), custom.
    """
    reply = {part: message[part] for part in ("text", "custom") if message.get(part)}
    buttons = message.get("buttons") or []
    if buttons:
        reply["buttons"] = [
            {"title": button["title"], "payload": button["payload"]}
            for button in buttons
        ]
    return reply


class Collector(OutputChannel):
    """Takes the replies of one turn; its name chooses between response variations."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.replies: list[Reply] = []

    def name(self) -> str:
        """The person's channel; Rasa asks the object, never the class."""
        return self.channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a message whole; Rasa's own would part its text from its data."""
        reply = make_reply(message)
        if reply:
            self.replies.append(reply)
