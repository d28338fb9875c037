"""Programs that listen: none but those of the service model can be reached from outside."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from node.commands import run
from node.facts import facts, place

from .finding import Finding, failure, well

TIMEOUT_SECONDS = 5
EPHEMERAL = place("/proc/sys/net/ipv4/ip_local_port_range")
# Answers of DHCP servers and of the name service of the local link, which systemd or the image brings; the firewall lets none in.
SYSTEM_UDP = {68, 546, 5353, 5355}


class Socket(NamedTuple):
    """Socket that takes connections or packets. program: empty where ss does not say."""

    transport: str
    address: str
    port: int
    program: str


def look() -> list[Finding]:
    """Gives the sockets that listen beyond loopback and that the service model does not have. Raises Trouble."""
    listening = list(sockets())
    strange = [socket for socket in listening if not is_local(socket) and not is_known(socket)]
    found = [
        failure(
            f"listener:{port}/{transport}",
            seen=f"{program or 'a program'} listens on {address} port {port}/{transport}",
            wanted="no listener beyond the service model but on loopback",
            meaning="A program that is not part of the network waits for connections; the firewall alone keeps strangers off.",
            command=f"ss --listening --numeric --processes --{transport} 'sport = :{port}'",
            explains=(f"port-open:{port} ", f"port-unfiltered:{port} "),
        )
        for transport, address, port, program in first_of_each(strange)
    ]
    return found or [well("listeners", f"{len(listening)} sockets, none beyond the service model")]


def first_of_each(strange: list[Socket]) -> list[Socket]:
    """Gives one socket for each transport and port: a program often listens by both families."""
    return list({(socket.transport, socket.port): socket for socket in reversed(strange)}.values())


def sockets() -> Iterator[Socket]:
    """Gives all listening sockets of TCP and UDP."""
    for transport in ("tcp", "udp"):
        listed = run(
            ["ss", "--no-header", "--listening", "--numeric", "--processes", f"--{transport}"],
            what="ss did not answer",
            timeout_seconds=TIMEOUT_SECONDS,
        )
        for line in listed.stdout.splitlines():
            local = line.split()[3]
            address, _, port = local.rpartition(":")
            program = re.search(r'\(\("([^"]+)"', line)
            yield Socket(transport, address.strip("[]"), int(port), program.group(1) if program else "")


def is_local(socket: Socket) -> bool:
    """Whether only this machine reaches a socket."""
    address = socket.address.split("%")[0]
    return address.startswith(("127.", "::ffff:127.")) or address == "::1" or socket.port == 0


def is_known(socket: Socket) -> bool:
    """Whether the service model, or the system itself, has a socket."""
    if socket.transport == "udp" and (socket.port in SYSTEM_UDP or is_ephemeral(socket.port)):
        return True
    return any(
        socket.transport in listener["transports"] and listener["firstPort"] <= socket.port <= listener["lastPort"]
        for listener in facts()["listeners"]
    )


def is_ephemeral(port: int) -> bool:
    """Whether the kernel gives a port to programs that ask somebody else: an answer is awaited there, for a moment."""
    first, last = map(int, EPHEMERAL.read_text().split())
    return first <= port <= last
