"""What can go wrong inside the engine.

TurnError
├── BodyRefused
├── NotReady
├── TurnFailed
├── IntentUnknown
└── ConversationRefused
"""


class TurnError(Exception):
    """The engine cannot take this message."""


class BodyRefused(TurnError):
    """A body without the shape asked for: which `fields`, and HTTP's 400 or 413."""

    def __init__(self, fields: list[str], status: int) -> None:
        super().__init__(f"not the shape asked for: {', '.join(fields)}")
        self.fields = fields
        self.status = status


class NotReady(TurnError):
    """The engine cannot answer (yet); `reason` says what is missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not ready: {reason}")
        self.reason = reason


class TurnFailed(TurnError):
    """A custom action could not be run, so the whole turn was given up."""

    def __init__(self, action: str) -> None:
        super().__init__(f"the action {action} could not be run")
        self.action = action


class IntentUnknown(TurnError):
    """A payload names an intent that the model's domain does not declare."""

    def __init__(self) -> None:
        super().__init__("the payload names no intent of the domain")


class ConversationRefused(TurnError):
    """The conversation's id cannot be stored."""

    def __init__(self) -> None:
        super().__init__("the conversation's id has characters that are not taken")
