"""Each table that leads to a person is known to export and erasure."""

from bot.privacy.holdings import HOLDINGS
from bot.schema import load_models

LEADING = {
    *(
        "account_id",
        "conversation_id",
        "authenticator_id",
        "phone_number_id",
        "case_id",
    ),
    *("fingerprint", "to_fingerprint", "number_fingerprint"),
}


def test_every_table_with_a_column_that_leads_to_a_person_is_a_holding() -> None:
    leading = {
        table.name
        for table in load_models().tables.values()
        if LEADING & set(table.c.keys())
    }
    assert leading | {"account", "conversation"} == set(HOLDINGS)


def test_every_holding_is_found_by_a_column_that_is_there() -> None:
    for name, holding in HOLDINGS.items():
        assert holding.column in load_models().tables[name].c, name
