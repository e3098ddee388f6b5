"""`doctor`: what is missing, and what to do about it."""

import asyncio
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO

from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot import schema, training
from bot.assembly import build_engine_client
from bot.database import connect
from bot.privacy.errors import SecretKeyUnusable
from bot.privacy.secrets import secret_key
from bot.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `told` says what to do when it is not well."""

    what: str
    well: bool
    told: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that the product needs."""
    return [
        Finding(
            "settings", True, f"{settings.mode} on {settings.host}:{settings.port}"
        ),
        *_secret(settings),
        _database(settings),
        _model(),
        _engine(settings),
    ]


def _secret(settings: Settings) -> Iterator[Finding]:
    try:
        secret_key(settings)
    except (SecretKeyUnusable, OSError) as error:
        yield Finding("secret key", False, str(error))
    else:
        yield Finding("secret key", True, "there")


def _database(settings: Settings) -> Finding:
    database = connect(settings.resolved_database_url())
    try:
        with redirect_stdout(StringIO()):  # Alembic prints what it thinks
            schema.check(database)
    except SQLAlchemyError as error:
        told = f"cannot be reached ({type(error).__name__}); check BOT_DATABASE_URL"
        return Finding("database", False, told)
    except CommandError:
        return Finding("database", False, "not up to date; `make run` brings it there")
    finally:
        database.dispose()
    return Finding("database", True, "up to date")


def _model() -> Finding:
    if not training.MODEL.exists():
        return Finding("model", False, "there is none; run `make train`")
    if not training.is_current():
        return Finding("model", False, "older than its sources; run `make train`")
    return Finding("model", True, str(training.MODEL))


def _engine(settings: Settings) -> Finding:
    if asyncio.run(_answers(settings)):
        return Finding("engine", True, "ready")
    return Finding("engine", False, "does not answer; `make run` starts it")


async def _answers(settings: Settings) -> bool:
    async with build_engine_client(settings) as engine:
        return await engine.ready()
