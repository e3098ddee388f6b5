import pytest

from bot.clock import ManualClock
from bot.limits import Frequency, LimitReached, Places, subscriber


@pytest.fixture
def frequency(clock: ManualClock) -> Frequency:
    return Frequency(clock, per_address=3, altogether=5)


def refusal(frequency: Frequency, address: str) -> int:
    with pytest.raises(LimitReached) as caught:
        frequency.count(address)
    return caught.value.again_in


def test_an_address_is_refused_until_its_oldest_is_a_minute_old(
    frequency: Frequency, clock: ManualClock
) -> None:
    for _ in range(3):
        frequency.count("a")
        clock.move(10)

    assert refusal(frequency, "a") == 30
    frequency.count("b")
    clock.move(29)
    assert refusal(frequency, "a") == 1
    clock.move(1)
    frequency.count("a")
    assert refusal(frequency, "a") == 10


def test_all_together_are_refused_whatever_their_address(
    frequency: Frequency, clock: ManualClock
) -> None:
    for place in range(5):
        frequency.count(f"address {place}")

    assert refusal(frequency, "another") == 60
    clock.move(60)
    frequency.count("another")


def test_what_is_refused_is_not_counted(
    frequency: Frequency, clock: ManualClock
) -> None:
    for _ in range(3):
        frequency.count("a")
    clock.move(59)
    for _ in range(100):
        refusal(frequency, "a")

    clock.move(1)
    for _ in range(3):
        frequency.count("a")


def test_a_part_of_a_second_is_a_second(
    frequency: Frequency, clock: ManualClock
) -> None:
    for _ in range(3):
        frequency.count("a")
    clock.move(59.9)

    assert refusal(frequency, "a") == 1


def test_no_address_is_kept_longer_than_it_counts(
    frequency: Frequency, clock: ManualClock
) -> None:
    frequency.count("203.0.113.7")
    assert "203.0.113.7" in repr(vars(frequency))

    clock.move(60)
    frequency.forget_old()

    assert "203.0.113.7" not in repr(vars(frequency))


def test_a_flood_of_addresses_takes_no_more_room(clock: ManualClock) -> None:
    frequency = Frequency(clock, per_address=2, altogether=10)
    for place in range(1000):
        if place < 10:
            frequency.count(str(place))
        else:
            refusal(frequency, str(place))

    assert len(frequency._moments) == len(frequency._all) == 10


def test_a_place_is_taken_while_the_block_lasts() -> None:
    places = Places(per_address=2, altogether=3)

    with places.take("203.0.113.7") as first, places.take("203.0.113.7") as second:
        assert first and second and not places.is_free("203.0.113.7")
        with places.take("203.0.113.7") as third, places.take("b") as other:
            assert not third and other
            assert not places.is_free("c")
        assert places.taken == 2
    assert places.taken == 0 and places.is_free("203.0.113.7")
    assert "203.0.113.7" not in repr(vars(places))


@pytest.mark.parametrize(
    ("host", "counts_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_whom_an_address_counts_as(host: str, counts_as: str) -> None:
    assert subscriber(host) == counts_as
