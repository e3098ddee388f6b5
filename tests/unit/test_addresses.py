import pytest

from bot.addresses import as_origin, as_proxies, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Example.COM/a?b#c", "https://example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:80/", "http://example.com"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://[::1", ""),
        ("https://example.com:99999", ""),
        ("null", ""),
        ("file:///etc", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_the_origin_of_a_url(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://www.example.com", "https://www.example.com"),
        ("https://www.example.com/", "https://www.example.com"),
        ("https://WWW.example.com:8443", "https://www.example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_read(written: str, origin: str) -> None:
    assert as_origin(written) == origin


@pytest.mark.parametrize(
    "written",
    [
        "http://www.example.com",
        "www.example.com",
        "https://www.example.com/page",
        "https://www.example.com?a=b",
        "https://user@www.example.com",
        "https://*.example.com",
        "https://www.example.com; script-src *",
        "https://www.example.com 'unsafe-inline'",
        "https://www.example.com,https://other.example.com",
        "https://ejemplo.ñandú.example",
        "null",
        "*",
        "",
    ],
)
def test_what_is_no_origin_or_not_safe_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"write|only https"):
        as_origin(written)


@pytest.mark.parametrize(
    "written", ["", "10.0.0.1", "10.0.0.0/8, ::1", "2001:db8::/32"]
)
def test_proxies_are_addresses_and_networks(written: str) -> None:
    assert as_proxies(written) == written


@pytest.mark.parametrize("written", ["*", "proxy.example.com", "10.0.0.1/8", "10.0.0"])
def test_a_proxy_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write an address"):
        as_proxies(written)
