"""The options of the command `review`."""

import argparse


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    command.add_argument("verb", choices=("export",))
    command.add_argument("--language", choices=("en", "es"), required=True)
    command.add_argument(
        "--since", type=int, metavar="DAYS", help="labelled in the last DAYS; else all"
    )
