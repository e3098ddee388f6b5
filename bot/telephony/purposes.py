"""What a delivery is for, where it is not a code."""

# A line of a conversation by text; it leaves from the number that people text with.
CONVERSATION = "conversation"
# What an account's owner is told of it (bot/accounts/notices.py).
NOTICE = "notice"


def is_secret(purpose: str) -> bool:
    """Whether it brings a code, which a machine that answers a call must not hear."""
    return purpose not in (CONVERSATION, NOTICE)
