"""Whether one can log in, as a client does that was never there before."""

from ..configuration import Node
from ..world import World


class Logins:
    """Logins at a node, by STARTTLS and by direct TLS in turn."""

    def __init__(self, world: World, node: Node) -> None:
        self._world, self._node = world, node
        self._direct_tls = False

    async def attempt(self) -> None:
        """Logs in and out. Raises Failed, OSError or TimeoutError."""
        self._direct_tls = not self._direct_tls
        # Another resource than that of the lasting session, which it would end.
        resource = f"{self._world.resource()}-login"
        connection, _ = await self._world.log_in(self._node, resource, direct_tls=self._direct_tls)
        await connection.close()
