"""Questions to a DNS resolver and its answers (RFC 1035), with the values written as dig +short writes them."""

import asyncio
import ipaddress
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass

from .failure import Failed

TYPES = {"A": 1, "CNAME": 5, "TXT": 16, "AAAA": 28, "SRV": 33, "CAA": 257}
NO_ERROR, NO_SUCH_NAME = 0, 3
TRUNCATED = 0x0200
# Pointers of compressed names can go in circles.
NAME_STEPS = 64


@dataclass(frozen=True)
class Resolver:
    """Address and port of a resolver."""

    address: str
    port: int = 53


def parse_resolver(text: str) -> Resolver:
    """Reads "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT". Raises ValueError."""
    address, port = text, "53"
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    return Resolver(str(ipaddress.ip_address(address)), int(port))


async def resolve(resolver: Resolver, name: str, kind: str) -> frozenset[str]:
    """Asks for all values of a name and type. Empty: there are none. Raises Failed, OSError or TimeoutError."""
    number = secrets.randbelow(65536)
    question = write_question(number, name, kind)
    answer = await over_udp(resolver, question)
    if struct.unpack_from(">H", answer, 2)[0] & TRUNCATED:
        answer = await over_tcp(resolver, question)
    return read_answer(answer, number, kind)


def write_question(number: int, name: str, kind: str) -> bytes:
    """Writes a question with recursion desired, and room for answers of 1232 bytes (EDNS)."""
    labels = [label.encode() for label in name.rstrip(".").split(".")]
    encoded = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    edns = struct.pack(">BHHIH", 0, 41, 1232, 0, 0)
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 1) + encoded + struct.pack(">HH", TYPES[kind], 1) + edns


class Datagrams(asyncio.DatagramProtocol):
    """First datagram that a socket receives and that is wanted."""

    def __init__(self, wanted: Callable[[bytes], bool]) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._wanted = wanted

    def datagram_received(self, data: bytes, _: object) -> None:
        """Takes the datagram for the answer, if it is."""
        if not self.answer.done() and self._wanted(data):
            self.answer.set_result(data)

    def error_received(self, error: Exception) -> None:
        """Ends the wait where the system says that nobody listens."""
        if not self.answer.done():
            self.answer.set_exception(error)


async def over_udp(resolver: Resolver, question: bytes) -> bytes:
    """Sends a question in a datagram and gives the answer with its number."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: Datagrams(lambda data: len(data) >= 12 and data[:2] == question[:2]),
        remote_addr=(resolver.address, resolver.port),
    )
    try:
        transport.sendto(question)
        return await protocol.answer
    finally:
        transport.close()


async def over_tcp(resolver: Resolver, question: bytes) -> bytes:
    """Sends a question over TCP: for answers that no datagram holds."""
    reader, writer = await asyncio.open_connection(resolver.address, resolver.port)
    try:
        writer.write(struct.pack(">H", len(question)) + question)
        (length,) = struct.unpack(">H", await reader.readexactly(2))
        return await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        raise Failed("the resolver closed the connection") from error
    finally:
        writer.close()


def read_answer(message: bytes, number: int, kind: str) -> frozenset[str]:
    """Reads the values of a type from an answer. Raises Failed where it is an error, or cannot be read."""
    try:
        got, flags, questions, answers, _, _ = struct.unpack_from(">HHHHHH", message)
        code = flags & 15
        if got != number or not flags & 0x8000:
            raise Failed("the resolver sent something that answers no question")
        if code not in (NO_ERROR, NO_SUCH_NAME):
            raise Failed(f"the resolver answered with the error code {code}")
        at = 12
        for _ in range(questions):
            at = read_name(message, at)[1] + 4
        return frozenset(values(message, at, answers, TYPES[kind]))
    except (struct.error, IndexError, UnicodeDecodeError, ValueError) as error:
        raise Failed("the resolver's answer cannot be read") from error


def values(message: bytes, at: int, count: int, wanted: int) -> list[str]:
    """Reads the records of a type."""
    found = []
    for _ in range(count):
        _, at = read_name(message, at)
        kind, _, _, length = struct.unpack_from(">HHIH", message, at)
        at += 10
        if kind == wanted:
            found.append(value(message, at, length, kind))
        at += length
    return found


def value(message: bytes, at: int, length: int, kind: int) -> str:
    """Writes the value of one record."""
    data = message[at : at + length]
    if kind in (TYPES["A"], TYPES["AAAA"]):
        return str(ipaddress.ip_address(data))
    if kind == TYPES["SRV"]:
        priority, weight, port = struct.unpack_from(">HHH", data)
        return f"{priority} {weight} {port} {read_name(message, at + 6)[0]}"
    if kind == TYPES["CAA"]:
        tag = data[2 : 2 + data[1]].decode()
        return f'{data[0]} {tag} "{data[2 + data[1] :].decode()}"'
    if kind == TYPES["TXT"]:
        return " ".join(f'"{text}"' for text in texts(data))
    return read_name(message, at)[0]


def texts(data: bytes) -> list[str]:
    """Splits the strings of a TXT record."""
    found, at = [], 0
    while at < len(data):
        found.append(data[at + 1 : at + 1 + data[at]].decode())
        at += 1 + data[at]
    return found


def read_name(message: bytes, at: int) -> tuple[str, int]:
    """Reads a name, lower-cased and with its last dot; gives where it ends too."""
    labels: list[str] = []
    end = -1
    for _ in range(NAME_STEPS):
        length = message[at]
        if length >= 0xC0:
            end = at + 2 if end < 0 else end
            at = (length & 0x3F) << 8 | message[at + 1]
        elif length == 0:
            return ".".join([*labels, ""]) if labels else ".", at + 1 if end < 0 else end
        else:
            labels.append(message[at + 1 : at + 1 + length].decode().lower())
            at += 1 + length
    raise ValueError("a name without an end")
