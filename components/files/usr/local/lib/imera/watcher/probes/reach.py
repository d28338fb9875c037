"""Whether ports are open, and whether anything of a node answers."""

import asyncio
import contextlib

from ..configuration import Node
from ..failure import Failed, seen
from ..world import World
from ..xmpp.connection import Connection


async def open_port(address: str, port: int) -> None:
    """Connects over TCP, and closes. Raises Failed where that does not work."""
    try:
        _, writer = await asyncio.open_connection(address, port)
    except OSError as error:
        raise Failed(f"{address} port {port}: {seen(error)}") from error
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def any_sign(world: World, node: Node) -> None:
    """Waits for a sign of life from a node's network: a port that is open, or refused. Raises Failed where there is none."""
    addresses = [node["serviceIpv4"], *([node["publicIpv6"]] if world.configuration["ipv6"] else [])]
    ports = [service["firstPort"] for service in world.services("tcp")]
    tries = [asyncio.create_task(is_alive(address, port)) for address in addresses for port in ports]
    try:
        for each in asyncio.as_completed(tries):
            if await each:
                return
    finally:
        for task in tries:
            task.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
    raise Failed(f"no port answers at {' and '.join(addresses)}")


async def is_alive(address: str, port: int) -> bool:
    """Whether somebody answers at a port, be it with a refusal."""
    try:
        async with asyncio.timeout(3):
            await open_port(address, port)
    except Failed as failure:
        return isinstance(failure.__cause__, ConnectionRefusedError)
    except TimeoutError:
        return False
    return True


async def stream_opens(world: World, node: Node) -> None:
    """Opens a stream at a node's port for clients. Raises Failed or OSError."""
    endpoint = world.login_endpoint(node, direct_tls=False)
    reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
    connection = Connection(world.domain, reader, writer, endpoint.host)
    try:
        await connection.open_stream()
    finally:
        await connection.close()
