"""Which network a request comes from: one address of IPv4, or the 64 bits of IPv6 that one household has."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request


def network_of(request: Request) -> str:
    """By the connection alone; what a header says of it counts only where the server trusts its sender. Empty
    for a connection without an address."""
    try:
        address = ip_address((request.client.host if request.client else "").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((address, 64), strict=False))
    return str(address)
