"""Whether the app is alive, and whether it can do its work."""

import asyncio

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.services import Services


class Health(BaseModel):
    """The process runs."""

    status: str = "ok"


class Readiness(BaseModel):
    """What the app needs, and whether it is there."""

    ready: bool
    database: bool
    engine: bool


def health_router(services: Services) -> APIRouter:
    """`/healthz` and `/readyz`."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def health() -> Health:
        """The process runs; asks nobody."""
        return Health()

    @router.get("/readyz", responses={503: {"model": Readiness}})
    async def readiness(response: Response) -> Readiness:
        """Whether messages can be taken and answered; 503 when not."""
        database, engine = await asyncio.gather(
            asyncio.to_thread(database_answers, services), services.engine.ready()
        )
        if not (database and engine):
            response.status_code = 503
        return Readiness(ready=database and engine, database=database, engine=engine)

    return router


def database_answers(services: Services) -> bool:
    """Whether the database can be asked."""
    try:
        with services.database.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
