"""Way into a server: an address, TLS at once or after STARTTLS, and an account."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

from ..failure import Failed
from .connection import Connection
from .elements import TLS, Element


@dataclass(frozen=True)
class Endpoint:
    """Place where a server of a domain listens. direct_tls: TLS from the first byte, otherwise STARTTLS."""

    domain: str
    host: str
    port: int
    direct_tls: bool


@dataclass(frozen=True)
class Account:
    """User part of a JID, and its password."""

    user: str
    password: str


async def connect(endpoint: Endpoint, context: ssl.SSLContext) -> tuple[Connection, Element]:
    """Opens a stream with TLS whose certificate is the domain's; gives it with the features that the server offers then."""
    peer = f"{endpoint.host} port {endpoint.port}"
    tls, name = (context, endpoint.domain) if endpoint.direct_tls else (None, None)
    reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port, ssl=tls, server_hostname=name)
    connection = Connection(endpoint.domain, reader, writer, peer)
    try:
        features = await connection.open_stream()
        if not endpoint.direct_tls:
            if features.find(f"{{{TLS}}}starttls") is None:
                raise Failed("the server offers no TLS")
            await connection.start_tls(context)
            features = await connection.open_stream()
    except BaseException:
        await connection.close()
        raise
    return connection, features


async def log_in(
    endpoint: Endpoint, context: ssl.SSLContext, account: Account, resource: str
) -> tuple[Connection, str]:
    """Connects and logs in; gives the connection and the full JID. Raises Failed, OSError or TimeoutError."""
    connection, features = await connect(endpoint, context)
    try:
        await connection.authenticate(features, account.user, account.password)
        await connection.open_stream()
        return connection, await connection.bind(resource)
    except BaseException:
        await connection.close()
        raise


@contextlib.asynccontextmanager
async def connected(endpoint: Endpoint, context: ssl.SSLContext) -> AsyncIterator[Connection]:
    """Opens a stream with TLS, and closes it at the end."""
    connection, _ = await connect(endpoint, context)
    try:
        yield connection
    finally:
        await connection.close()
