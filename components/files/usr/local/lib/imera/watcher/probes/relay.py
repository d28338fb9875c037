"""Whether STUN answers, and whether the relay for calls relays a packet (TURN)."""

import asyncio
import ipaddress
import secrets
from dataclasses import dataclass
from typing import cast

from .. import stun_message as stun
from ..failure import Failed
from ..xmpp.session import Session

DISCOVERY = "urn:xmpp:extdisco:2"
RESEND_SECONDS = 0.5
UNAUTHORIZED = 401


class Socket(asyncio.DatagramProtocol):
    """Socket of UDP that keeps what it receives."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue(32)
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Takes down the way out."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, _: object) -> None:
        """Keeps a datagram, unless nobody reads them."""
        if not self.received.full():
            self.received.put_nowait(data)

    def send(self, data: bytes, to: stun.Address) -> None:
        """Sends a datagram."""
        if self.transport is not None:
            self.transport.sendto(data, to)

    def close(self) -> None:
        """Closes the socket."""
        if self.transport is not None:
            self.transport.close()


async def open_socket(address: str) -> Socket:
    """Opens a socket of the family of an address."""
    unspecified = "::" if ipaddress.ip_address(address).version == 6 else "0.0.0.0"
    _, socket = await asyncio.get_running_loop().create_datagram_endpoint(Socket, local_addr=(unspecified, 0))
    return socket


async def exchange(socket: Socket, server: stun.Address, transaction: bytes, request: bytes) -> stun.Message:
    """Sends a request, again and again, until its answer comes."""
    while True:
        socket.send(request, server)
        try:
            async with asyncio.timeout(RESEND_SECONDS):
                while True:
                    answer = stun.read(await socket.received.get())
                    if answer.transaction == transaction:
                        return answer
        except TimeoutError:
            continue


async def own_address(socket: Socket, server: stun.Address) -> stun.Address:
    """Asks how the server sees this socket. Raises Failed."""
    transaction = stun.new_transaction()
    answer = await exchange(socket, server, transaction, stun.write(stun.BINDING, [], transaction))
    return answer.address(stun.MAPPED)


async def binding_answers(address: str, port: int) -> None:
    """Asks for a binding. Raises Failed."""
    socket = await open_socket(address)
    try:
        await own_address(socket, (address, port))
    finally:
        socket.close()


@dataclass(frozen=True)
class Relay:
    """Relay that the server names, with credentials for it."""

    server: stun.Address
    username: str
    password: str


async def find_relay(session: Session, domain: str) -> Relay:
    """Asks the server for its relay over UDP (XEP-0215). Raises Failed where it names none."""
    answer = await session.iq("get", f"<services xmlns='{DISCOVERY}' type='turn'/>", domain)
    for service in answer.iter(f"{{{DISCOVERY}}}service"):
        if service.get("type") == "turn" and service.get("transport") == "udp":
            address = await resolved(service.get("host", ""))
            credentials = service.get("username", ""), service.get("password", "")
            return Relay((address, int(service.get("port", "3478"))), *credentials)
    raise Failed("the server names no relay")


async def resolved(host: str) -> str:
    """Gives an IPv4 address of a host."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, family=2)
    return str(found[0][4][0])


async def relays(session: Session, domain: str) -> None:
    """Has the relay pass a packet on between two allocations, as for two people who both need it. Raises Failed."""
    relay = await find_relay(session, domain)
    sockets = [await open_socket(relay.server[0]) for _ in range(2)]
    try:
        one, other = (Allocation(socket, relay) for socket in sockets)
        await asyncio.gather(one.open(), other.open())
        await asyncio.gather(one.permit(other.relayed), other.permit(one.relayed))
        await passes_on(one, other)
        await asyncio.gather(one.end(), other.end())
    finally:
        for socket in sockets:
            socket.close()


async def passes_on(sender: "Allocation", receiver: "Allocation") -> None:
    """Sends from one relayed address to the other until it arrives."""
    packet = secrets.token_bytes(32)
    while True:
        sender.send(receiver.relayed, packet)
        try:
            async with asyncio.timeout(RESEND_SECONDS):
                while await receiver.next() != packet:
                    pass
                return
        except TimeoutError:
            continue


class Allocation:
    """Address at a relay. relayed: that address, once it is open."""

    def __init__(self, socket: Socket, relay: Relay) -> None:
        self._socket, self._relay = socket, relay
        self._credentials: stun.Credentials | None = None
        self.relayed: stun.Address = ("", 0)

    async def open(self) -> None:
        """Asks for the address, first without credentials, as the protocol has it. Raises Failed."""
        wanted = [(stun.TRANSPORT, stun.UDP)]
        challenge = await self._ask(stun.ALLOCATE, wanted)
        if challenge.error != UNAUTHORIZED:
            raise Failed("the relay asked for no credentials: it is open to everybody")
        realm, nonce = challenge.attributes.get(stun.REALM, b""), challenge.attributes.get(stun.NONCE, b"")
        self._credentials = stun.Credentials(self._relay.username, self._relay.password, realm, nonce)
        answer = await self._ask(stun.ALLOCATE, wanted)
        if answer.error:
            raise Failed(f"the relay refused an allocation with error {answer.error}")
        self.relayed = answer.address(stun.RELAYED)

    async def permit(self, peer: stun.Address) -> None:
        """Allows a peer to send. Raises Failed."""
        transaction = stun.new_transaction()
        attributes = [(stun.PEER, stun.xored(peer, transaction))]
        answer = await self._ask(stun.CREATE_PERMISSION, attributes, transaction)
        if answer.error:
            raise Failed(f"the relay refused {peer[0]} as a peer with error {answer.error}")

    def send(self, peer: stun.Address, data: bytes) -> None:
        """Has the relay send a datagram to a peer. Nobody answers."""
        transaction = stun.new_transaction()
        attributes = [(stun.PEER, stun.xored(peer, transaction)), (stun.PAYLOAD, data)]
        self._socket.send(stun.write(stun.SEND, attributes, transaction), self._relay.server)

    async def next(self) -> bytes | None:
        """Waits for the next datagram; gives the data of a peer, or None where it is something else."""
        return stun.read(await self._socket.received.get()).attributes.get(stun.PAYLOAD)

    async def end(self) -> None:
        """Gives the address back."""
        await self._ask(stun.REFRESH, [(stun.LIFETIME, bytes(4))])

    async def _ask(
        self, kind: int, attributes: list[tuple[int, bytes]], transaction: bytes | None = None
    ) -> stun.Message:
        number = transaction or stun.new_transaction()
        request = stun.write(kind, attributes, number, self._credentials)
        return await exchange(self._socket, self._relay.server, number, request)
