"""Making the demo's people from the command line, and telling their secrets once."""

from bot.desk.demo import SeededAgent, seed_desk
from bot.insights.history import seed_history
from bot.seed import seed
from bot.services import Services


def seed_and_tell(services: Services) -> bool:
    """Make who is missing and print it; whether anybody was made.

    Raises:
        SeedRefused: this is not the demo.
    """
    seeded = seed(services)
    for email in seeded.created:
        print(f"made {email}")
    if seeded.totp_secret:
        print(f"authenticator app of james@example.com: {seeded.totp_secret}")
    if seeded.recovery_codes:
        print("recovery codes of linh@example.com:")
    for code in seeded.recovery_codes:
        print(f"  {code}")
    agents = seed_desk(services)
    for each in agents:
        _tell(each)
    return bool(seeded.created or agents)


def remember(services: Services, conversations: int) -> None:
    """Make up figures of past conversations, and print of how many.

    Raises:
        SeedRefused: this is not the demo.
    """
    made = seed_history(services, conversations)
    print(f"made figures of {made} past conversations" if made else "There are some.")


def _tell(seeded: SeededAgent) -> None:
    agent = seeded.agent
    print(f"made the {agent.role} {agent.email} of the desk")
    print(f"  password {agent.password}")
    print(f"  authenticator app {seeded.key}")
