"""Links for phones, such as the one with which they join: at an address that a phone can reach."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import psutil

OWN = {"localhost", "127.0.0.1", "::1", "[::1]"}
JOIN = "join"


def join_link(page: str, code: str, here: str | None = None) -> str:
    return link_for_phones(page, JOIN, {"code": code}, here)


def link_for_phones(page: str, to: str, query: dict[str, str], here: str | None = None) -> str:
    """Another page, from the address of any page of the app. Where that is `localhost`, which on a phone would be the
    phone itself, `here`, an address of this machine in its network, takes its place, if there is one."""
    parts = urlsplit(page)
    host = parts.netloc
    if parts.hostname in OWN and here:
        host = here if parts.port is None else f"{here}:{parts.port}"
    folder = parts.path.rsplit("/", 1)[0]
    return urlunsplit((parts.scheme, host, f"{folder}/{to}", urlencode(query), ""))


def reachable(link: str) -> bool:
    """Whether another device may reach it."""
    return urlsplit(link).hostname not in OWN


def address_here() -> str | None:
    """An IPv4 address of this machine in its network, asked of the operating system; None without a network."""
    for name, found in sorted(psutil.net_if_addrs().items()):
        if name.startswith(("docker", "veth", "br-", "virbr")):
            continue
        for each in found:
            if each.family.name == "AF_INET" and not each.address.startswith(("127.", "169.254.")):
                return each.address
    return None
