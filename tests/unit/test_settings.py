"""Settings that come from the environment, and what is said of wrong ones."""

import pytest

from bot.settings import SettingsError, load_settings


def test_origins_are_written_as_browsers_write_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = '["https://WWW.example.com/", "http://localhost:3000"]'
    monkeypatch.setenv("BOT_EMBED_ORIGINS", written)

    assert load_settings().embed_origins == (
        "https://www.example.com",
        "http://localhost:3000",
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("BOT_EMBED_ORIGINS", '["http://www.example.com"]', "only https"),
        ("BOT_EMBED_ORIGINS", '["https://a.example/page"]', "https://a.example/page"),
        ("BOT_EMBED_ORIGINS", "https://a.example", "JSON list"),
        ("BOT_COUNTRIES", "US", "JSON list"),
        ("BOT_TRUSTED_PROXIES", "*", "write an address"),
        ("BOT_TOKEN_LIFETIME", "5", "60"),
        ("BOT_STREAMS_ALTOGETHER", "0", "1"),
    ],
)
def test_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name) as caught:
        load_settings()
    assert told in str(caught.value)


GOOD = "9f2c4e6a8b0d1f3e5a7c9e0b2d4f6a8c"


@pytest.mark.parametrize(
    "name",
    [
        *("BOT_SECRET_KEY", "BOT_IDENTITY_TOKEN_KEY", "BOT_WEBHOOK_SECRET"),
        "BOT_ZAMMAD_WEBHOOK_SECRET",
    ],
)
@pytest.mark.parametrize(
    ("weak", "told"),
    [
        (GOOD[:-1], "32 characters"),
        ("s" * 64, "different characters"),
        ("0101010101" * 5, "different characters"),
        (f"please-CHANGEME-{GOOD}", "openssl rand"),
        ("", "32 characters"),
    ],
)
def test_a_weak_key_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, weak: str, told: str
) -> None:
    monkeypatch.setenv(name, weak)

    with pytest.raises(SettingsError, match=name) as caught:
        load_settings()
    assert told in str(caught.value)
    assert not weak or weak not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["BOT_SECRET_KEY", "BOT_IDENTITY_TOKEN_KEY", "BOT_WEBHOOK_SECRET"]
)
def test_a_good_key_is_taken(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, GOOD)

    assert GOOD not in repr(load_settings())


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("", "http://127.0.0.1:8000"),
        ("https://Chat.example.com/", "https://chat.example.com"),
        ("https://example.com/chat", "https://example.com"),
    ],
)
def test_home_is_where_links_start(
    monkeypatch: pytest.MonkeyPatch, url: str, origin: str
) -> None:
    monkeypatch.setenv("BOT_PUBLIC_URL", url)

    assert load_settings().own_origin == origin


def test_chatwoot_needs_a_way_to_be_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"URL": "https://desk.example.com", "ACCOUNT": "1"}.items():
        monkeypatch.setenv(f"BOT_CHATWOOT_{name}", value)
    with pytest.raises(SettingsError, match="BOT_CHATWOOT_INBOX is not set"):
        load_settings()
    for name, value in {"INBOX": "2", "TOKEN": "t"}.items():
        monkeypatch.setenv(f"BOT_CHATWOOT_{name}", value)
    with pytest.raises(SettingsError, match="BOT_CHATWOOT_WEBHOOK_SECRET is not set"):
        load_settings()
    monkeypatch.setenv("BOT_CHATWOOT_PATH_SECRET", "short")
    with pytest.raises(SettingsError, match="BOT_CHATWOOT_PATH_SECRET: "):
        load_settings()
    monkeypatch.setenv("BOT_CHATWOOT_PATH_SECRET", GOOD)
    assert load_settings()


@pytest.mark.parametrize(
    ("url", "needed"),
    [
        ("BOT_WEBHOOK_URL", ["BOT_WEBHOOK_SECRET"]),
        (
            "BOT_ZENDESK_URL",
            [
                *("BOT_ZENDESK_EMAIL", "BOT_ZENDESK_TOKEN"),
                "BOT_ZENDESK_WEBHOOK_SECRET",
            ],
        ),
        ("BOT_ZAMMAD_URL", ["BOT_ZAMMAD_TOKEN", "BOT_ZAMMAD_WEBHOOK_SECRET"]),
    ],
)
def test_a_system_that_is_turned_on_needs_what_lets_it_in_and_out(
    monkeypatch: pytest.MonkeyPatch, url: str, needed: list[str]
) -> None:
    monkeypatch.setenv(url, "https://desk.example.com")
    for name in needed:
        with pytest.raises(SettingsError, match=f"{name} is not set; {url} needs it"):
            load_settings()
        monkeypatch.setenv(name, GOOD)
    assert load_settings()
