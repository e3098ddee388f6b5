"""What can go wrong with agents.

AgentError
├── AgentUnknown        no agent has that e-mail address or id
├── AgentExists         one has it already
├── EmailMalformed
├── NameMalformed
├── PasswordWeak
├── SignInRefused       which part was wrong is told to nobody
├── SignInTooOften      (again_in)
├── NotSignedIn         no session, or it is over
└── NotAllowed          the role does not have this (permission)
"""


class AgentError(Exception):
    """Base of this topic's errors."""


class AgentUnknown(AgentError):
    """There is no such agent."""


class AgentExists(AgentError):
    """An agent has that e-mail address already."""


class EmailMalformed(AgentError):
    """That is no e-mail address."""


class NameMalformed(AgentError):
    """A display name has 1 to 100 readable characters."""


class PasswordWeak(AgentError):
    """The password is too short, too long, or easily guessed from the account."""


class SignInRefused(AgentError):
    """E-mail address, password and code do not belong together, or no more."""


class SignInTooOften(AgentError):
    """Too many tries under this name or from this address; `again_in` is seconds."""

    def __init__(self, again_in: int) -> None:
        super().__init__(again_in)
        self.again_in = again_in


class NotSignedIn(AgentError):
    """There is no such session, or its time is over."""


class NotAllowed(AgentError):
    """The agent's role does not have this permission."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission
