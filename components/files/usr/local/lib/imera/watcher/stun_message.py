"""Messages of STUN and TURN (RFC 8489, RFC 8656)."""

import hashlib
import hmac
import ipaddress
import secrets
import struct
from dataclasses import dataclass

from .failure import Failed

BINDING, ALLOCATE, REFRESH, SEND, CREATE_PERMISSION = 0x001, 0x003, 0x004, 0x016, 0x008
USERNAME, INTEGRITY, ERROR, LIFETIME, PEER, PAYLOAD = 0x06, 0x08, 0x09, 0x0D, 0x12, 0x13
REALM, NONCE, RELAYED, TRANSPORT, MAPPED = 0x14, 0x15, 0x16, 0x19, 0x20
UDP = bytes([17, 0, 0, 0])
COOKIE = 0x2112A442
HEADER_BYTES = 20

Address = tuple[str, int]


@dataclass(frozen=True)
class Credentials:
    """Long-term credentials, with realm and nonce of the server's challenge."""

    username: str
    password: str
    realm: bytes
    nonce: bytes


@dataclass(frozen=True)
class Message:
    """Message as it was received. kind: method and class, such as 0x0103. error: its code; 0: none."""

    kind: int
    transaction: bytes
    attributes: dict[int, bytes]
    error: int

    def address(self, number: int) -> Address:
        """Gives an address that is xored. Raises Failed where there is none."""
        value = self.attributes.get(number)
        if value is None or len(value) not in (8, 20):
            raise Failed("the server's answer has no address")
        (port,) = struct.unpack_from(">H", value, 2)
        return str(ipaddress.ip_address(masked(value[4:], self.transaction))), port ^ (COOKIE >> 16)


def write(
    kind: int, attributes: list[tuple[int, bytes]], transaction: bytes, credentials: Credentials | None = None
) -> bytes:
    """Writes a message, signed where there are credentials."""
    if credentials is None:
        return assemble(kind, transaction, attributes)
    named = [(USERNAME, credentials.username.encode()), (REALM, credentials.realm), (NONCE, credentials.nonce)]
    whole = assemble(kind, transaction, [*attributes, *named, (INTEGRITY, bytes(20))])
    secret = b":".join([credentials.username.encode(), credentials.realm, credentials.password.encode()])
    # The protocol's own derivation; nothing else rests on it.
    key = hashlib.md5(secret, usedforsecurity=False).digest()
    # The length in the header counts the signature, which itself is not signed.
    return whole[:-20] + hmac.digest(key, whole[:-24], "sha1")


def new_transaction() -> bytes:
    """Draws the number by which an answer is matched."""
    return secrets.token_bytes(12)


def xored(address: Address, transaction: bytes) -> bytes:
    """Writes the value of an attribute that is an address."""
    packed = ipaddress.ip_address(address[0]).packed
    family = 1 if len(packed) == 4 else 2
    return struct.pack(">HH", family, address[1] ^ (COOKIE >> 16)) + masked(packed, transaction)


def read(data: bytes) -> Message:
    """Reads a message. Raises Failed where it is none."""
    try:
        kind, length, cookie = struct.unpack_from(">HHI", data)
        if cookie != COOKIE or len(data) < HEADER_BYTES + length:
            raise Failed("the answer is no message of STUN")
        attributes: dict[int, bytes] = {}
        at = HEADER_BYTES
        while at < HEADER_BYTES + length:
            number, size = struct.unpack_from(">HH", data, at)
            attributes.setdefault(number, data[at + 4 : at + 4 + size])
            at += 4 + size + -size % 4
        error = attributes.get(ERROR, bytes(4))
        return Message(kind, data[8:20], attributes, error[2] * 100 + error[3])
    except (struct.error, IndexError) as failure:
        raise Failed("the answer is no message of STUN") from failure


def assemble(kind: int, transaction: bytes, attributes: list[tuple[int, bytes]]) -> bytes:
    """Writes header and attributes."""
    body = b"".join(
        struct.pack(">HH", number, len(value)) + value + bytes(-len(value) % 4) for number, value in attributes
    )
    return struct.pack(">HHI", kind, len(body), COOKIE) + transaction + body


def masked(data: bytes, transaction: bytes) -> bytes:
    """Hides an address, or shows it again."""
    return bytes(one ^ other for one, other in zip(data, struct.pack(">I", COOKIE) + transaction, strict=False))
