"""Origins and network addresses: how an operator writes them, and how they compare."""

import ipaddress
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """The origin of a URL as browsers write it: in lower case, no usual port.

    Empty where it has none.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in PORTS or not host:
        return ""
    shown = f"[{host}]" if ":" in host else host
    usual = port is None or port == PORTS[parts.scheme]
    return f"{parts.scheme}://{shown}{'' if usual else f':{port}'}"


def as_origin(text: str) -> str:
    """The origin that an operator wrote.

    Raises:
        ValueError: it is none, or it is neither https nor on this machine.
    """
    origin = origin_of(text)
    if not origin or urlsplit(text)[2:] not in {("", "", ""), ("/", "", "")}:
        raise ValueError(f"{text}: write scheme://host or scheme://host:port")
    if "@" in text or not origin.isascii() or set(origin) & set("*;,'\" "):
        raise ValueError(f"{text}: write a host's name, in ASCII")
    if origin.startswith("http:") and urlsplit(origin).hostname not in LOOPBACK:
        raise ValueError(f"{text}: only https is safe, but for this machine")
    return origin


def as_proxies(text: str) -> str:
    """Addresses or networks that an operator wrote, separated by commas.

    Raises:
        ValueError: one of them is none.
    """
    for proxy in filter(None, (part.strip() for part in text.split(","))):
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise ValueError(f"{proxy}: write an address or a network") from None
    return text
