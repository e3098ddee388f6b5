"""The database: who waits for whom."""

from sqlalchemy import func, select

from bot.accounts.models import Account
from bot.clock import ManualClock
from bot.database import Sessions, reading

COUNT = select(func.count()).select_from(Account)


def account(clock: ManualClock) -> Account:
    return Account(display_name="Ana", language="es", created_at=clock.now())


def test_a_reader_does_not_wait_for_a_writer(
    each_database: Sessions, clock: ManualClock
) -> None:
    with each_database.begin() as writer:
        writer.add(account(clock))
        writer.flush()
        with reading(each_database) as reader:
            assert reader.scalar(COUNT) == 0
    with reading(each_database) as reader:
        assert reader.scalar(COUNT) == 1


def test_a_writer_does_not_wait_for_a_reader(
    each_database: Sessions, clock: ManualClock
) -> None:
    with reading(each_database) as reader:
        assert reader.scalar(COUNT) == 0
        with each_database.begin() as writer:
            writer.add(account(clock))
    with reading(each_database) as reader:
        assert reader.scalar(COUNT) == 1
