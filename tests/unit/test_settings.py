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
