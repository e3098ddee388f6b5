"""What can go wrong in a conversation.

ConversationError
├── ConversationUnknown
├── SessionInvalid
├── VisitAgain
├── TextMissing
├── TextTooLong
├── MessagesTooFast
├── OptionNotOffered
├── LanguageUnknown
└── OwnerChanged
"""


class ConversationError(Exception):
    """Something a conversation refuses."""


class ConversationUnknown(ConversationError):
    """There is no such conversation (any more)."""


class SessionInvalid(ConversationError):
    """The session's token is unknown or has expired."""


class VisitAgain(ConversationError):
    """Another tab has just got a new cookie; with it, this one comes into its own."""


class TextMissing(ConversationError):
    """Nothing readable is left of the text."""


class TextTooLong(ConversationError):
    """The text has more characters than the channel takes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit


class MessagesTooFast(ConversationError):
    """Too many messages in a minute; `again_in` is in whole seconds."""

    def __init__(self, again_in: int) -> None:
        super().__init__()
        self.again_in = again_in


class OptionNotOffered(ConversationError):
    """The option was never offered here, or is not offered any more."""


class LanguageUnknown(ConversationError):
    """The service does not speak this language."""


class OwnerChanged(ConversationError):
    """Somebody else took or gave back the conversation in the meantime."""
