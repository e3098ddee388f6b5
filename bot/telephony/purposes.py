"""What a delivery is for, where it is not a code."""

from bot.telephony.gateway import Outgoing

# A line of a conversation by text; it leaves from the number that people text with.
CONVERSATION = "conversation"
# What an account's owner is told of it (bot/accounts/notices.py).
NOTICE = "notice"


def is_secret(purpose: str) -> bool:
    """Whether it brings a code, which a machine that answers a call must not hear."""
    return purpose not in (CONVERSATION, NOTICE)


def is_made_elsewhere(message: Outgoing) -> bool:
    """Whether it brings a code that whoever carries it makes and words."""
    return not message.text and message.by != "email" and is_secret(message.purpose)
