"""Whether each port that speaks TLS shows the domain's certificate, for all names that are expected there, and not near its end."""

import asyncio
import ssl
import time
from dataclasses import dataclass
from typing import Any

from ..configuration import Node, Service
from ..failure import Failed, Unseen
from ..world import World
from ..xmpp.connection import Connection
from ..xmpp.elements import CLIENT

SERVER = "jabber:server"
END_DAYS = 14
# Shorter than the probe's own time: a port that does not answer is another subject, and the others are still to be judged.
HANDSHAKE_SECONDS = 3
DAY_SECONDS = 86400


@dataclass(frozen=True)
class Shown:
    """Certificate that a port showed. ends_at: in seconds since 1970."""

    port: int
    serial: str
    names: frozenset[str]
    ends_at: float


async def all_right(world: World, node: Node, names: tuple[str, ...]) -> None:
    """Looks at the ports of some services of a node. Raises Failed with what is wrong, and Unseen where all are closed."""
    services = [service for service in world.services("tcp") if service["name"] in names]
    found = await asyncio.gather(*(shown(world, node, service) for service in services))
    wrong = [text for text in found if isinstance(text, str)]
    serials = {each.serial for each in found if isinstance(each, Shown)}
    if not serials and not wrong:
        raise Unseen
    if len(serials) > 1:
        wrong.append(f"different certificates on different ports: serials {', '.join(sorted(serials))}")
    if wrong:
        raise Failed("; ".join(wrong))


async def far_from_end(world: World, node: Node) -> None:
    """Looks when the certificate for clients ends. Raises Failed where that is soon, and Unseen where none is seen."""
    found = await shown(world, node, world.service("c2s"))
    if not isinstance(found, Shown):
        # What is wrong with it is another subject.
        raise Unseen
    days = (found.ends_at - time.time()) / DAY_SECONDS
    if days < END_DAYS:
        raise Failed(f"the certificate with serial {found.serial} ends in {days:.1f} days, and was not renewed")


async def shown(world: World, node: Node, service: Service) -> Shown | str | None:
    """Gives the certificate of a port, what is wrong with it, or None where the port does not come to show any."""
    port = service["firstPort"]
    try:
        async with asyncio.timeout(HANDSHAKE_SECONDS):
            certificate = await handshake(world, node, service)
    except ssl.SSLCertVerificationError as error:
        return f"port {port}: {error.verify_message}"
    except (Failed, OSError, TimeoutError):
        return None
    seen_there = described(certificate, port)
    missing = [name for name in service["certificateNames"] if not covers(seen_there.names, name)]
    return f"port {port}: the certificate does not name {', '.join(missing)}" if missing else seen_there


async def handshake(world: World, node: Node, service: Service) -> dict[str, Any]:
    """Shakes hands with a port and gives the certificate, which is trusted and names the domain."""
    address, port, domain = node["serviceIpv4"], service["firstPort"], world.domain
    # Whom the certificate names at this port; the others are compared afterwards.
    expected = domain if domain in service["certificateNames"] else service["certificateNames"][0]
    if service["tls"] == "direct":
        _, writer = await asyncio.open_connection(address, port, ssl=world.context, server_hostname=expected)
    else:
        reader, writer = await asyncio.open_connection(address, port)
        try:
            connection = Connection(domain, reader, writer, address)
            await connection.open_stream(SERVER if service["name"].startswith("s2s") else CLIENT)
            await connection.start_tls(world.context)
        except BaseException:
            writer.transport.abort()
            raise
    certificate: dict[str, Any] = writer.get_extra_info("peercert")
    writer.transport.abort()
    return certificate


def described(certificate: dict[str, Any], port: int) -> Shown:
    """Picks what counts of a certificate."""
    names = frozenset(value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS")
    return Shown(port, certificate["serialNumber"], names, ssl.cert_time_to_seconds(certificate["notAfter"]))


def covers(names: frozenset[str], name: str) -> bool:
    """Whether a certificate with these names is good for a host: by its name, or by a wildcard for its first label."""
    return name in names or f"*.{name.partition('.')[2]}" in names
