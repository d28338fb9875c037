"""Requests over HTTP, each on a connection of its own. Redirections are not followed: nobody asked for another host."""

import asyncio
import http.client
import socket
import ssl
import urllib.parse
from dataclasses import dataclass, field

from .failure import Failed, seen

BODY_BYTES = 64 * 1024
# Of one step of the connection; whoever waits has a limit for all of it.
STEP_SECONDS = 10


@dataclass(frozen=True)
class Request:
    """Request for a URL, of which errors say the host only: addresses of webhooks are passwords.

    address: where to connect; None: where the system's resolver says that the host is.
    """

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    address: str | None = None


@dataclass(frozen=True)
class Response:
    """Answer: status, and the beginning of its body."""

    status: int
    body: bytes


async def request(asked: Request, context: ssl.SSLContext) -> Response:
    """Asks, in a thread of its own. Raises Failed."""
    return await asyncio.to_thread(exchange, asked, context)


async def succeed(asked: Request, context: ssl.SSLContext) -> Response:
    """Asks, and raises Failed where the answer is no success."""
    response = await request(asked, context)
    if not 200 <= response.status < 300:
        words = " ".join(response.body.decode(errors="replace").split())[:200]
        raise Failed(f"{host(asked.url)} answered {response.status}{f': {words}' if words else ''}")
    return response


def exchange(asked: Request, context: ssl.SSLContext) -> Response:
    """Asks and waits."""
    url = urllib.parse.urlsplit(asked.url)
    path = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
    try:
        connection = connect(url, asked.address, context)
        try:
            connection.request(asked.method, path, body=asked.body, headers=asked.headers)
            answer = connection.getresponse()
            return Response(answer.status, answer.read(BODY_BYTES))
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Failed(f"{host(asked.url)}: {seen(error)}") from error


def connect(url: urllib.parse.SplitResult, address: str | None, context: ssl.SSLContext) -> http.client.HTTPConnection:
    """Makes a connection to the host of a URL, at an address where one is given."""
    name = url.hostname or ""
    if url.scheme != "https":
        return http.client.HTTPConnection(address or name, url.port, timeout=STEP_SECONDS)
    connection = http.client.HTTPSConnection(name, url.port, timeout=STEP_SECONDS, context=context)
    if address is not None:
        plain = socket.create_connection((address, connection.port), STEP_SECONDS)
        connection.sock = context.wrap_socket(plain, server_hostname=name)
    return connection


def host(url: str) -> str:
    """Gives the host of a URL: all of it that may be shown."""
    return urllib.parse.urlsplit(url).hostname or "a URL without a host"
