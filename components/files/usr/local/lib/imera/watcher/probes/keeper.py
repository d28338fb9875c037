"""Keeper of the session that stays open: logs in again whenever it is lost."""

import asyncio
import contextlib
from collections.abc import Callable

from ..announcement import restart_seconds
from ..configuration import Node
from ..failure import Failed, seen
from ..world import World
from ..xmpp.elements import Element, attribute
from ..xmpp.session import Session

LOGIN_SECONDS = 5.0
PAUSE_SECONDS = 1.0


class Keeper:
    """Keeper of one session at any of the nodes. node: the one that it is at. restarts: takes the seconds of a restart that the server
    announces.
    """

    def __init__(self, world: World, restarts: Callable[[float], None]) -> None:
        self._world = world
        self._restarts = restarts
        self._session: Session | None = None
        self._why = "no session yet"
        self._opened = asyncio.Event()
        self.node: Node | None = None

    def session(self) -> Session:
        """Gives the session. Raises Failed with why there is none."""
        if self._session is None or self._session.lost is not None:
            raise Failed(self._why if self._session is None else f"the session was lost: {self._session.lost}")
        return self._session

    async def opened(self) -> None:
        """Waits until there is a session."""
        await self._opened.wait()

    async def drop(self, session: Session | None) -> None:
        """Gives up a session that answers nothing, so that another one is tried. Another one than the present is closed already."""
        if session is not None and session is self._session:
            await session.close()

    async def run(self) -> None:
        """Keeps a session until it is cancelled."""
        attempt = 0
        try:
            while True:
                nodes = self._world.configuration["nodes"]
                await self._hold(nodes[attempt // 2 % len(nodes)], direct_tls=attempt % 2 == 1)
                attempt += 1
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            with contextlib.suppress(OSError):
                await self.drop(self._session)

    async def _hold(self, node: Node, *, direct_tls: bool) -> None:
        """Logs in at a node and waits for the session's end."""
        world = self._world
        try:
            async with asyncio.timeout(LOGIN_SECONDS):
                connection, jid = await world.log_in(node, world.resource(), direct_tls=direct_tls)
                session = Session(connection, jid)
                await shut_out_strangers(world, session)
        except (Failed, OSError, TimeoutError) as error:
            port = world.login_endpoint(node, direct_tls=direct_tls).port
            self._why = f"login at {node['name']} port {port}: {seen(error)}"
            return
        self._session, self.node = session, node
        self._opened.set()
        with session.listen(self._hear):
            await session.ended()
        self._session, self._why = None, f"the session at {node['name']} was lost: {session.lost}"

    def _hear(self, message: Element) -> None:
        seconds = restart_seconds(message, self._world.domain)
        if seconds is not None:
            self._restarts(seconds)


async def shut_out_strangers(world: World, session: Session) -> None:
    """Has the server keep everybody's stanzas from the account but its own and those of the network's hosts (XEP-0016). The peer
    answers a ping, so that nobody there can do more than ask.
    """
    # The domain itself would let in everybody who has an account there; its server is let in anyway.
    domains = (str(host) for role, host in world.configuration["hosts"].items() if role != "domain")
    allowed = [(host, "") for host in (world.bare_jid, *domains)]
    if world.configuration["peer"] is not None:
        allowed.append((world.configuration["peer"], "<iq/>"))
    items = "".join(
        f"<item type='jid' value={attribute(host)} action='allow' order='{order}'>{kinds}</item>"
        for order, (host, kinds) in enumerate(allowed)
    )
    privacy = "<query xmlns='jabber:iq:privacy'>"
    everyone_else = f"<item action='deny' order='{len(allowed)}'/>"
    await session.iq("set", f"{privacy}<list name='eyes'>{items}{everyone_else}</list></query>")
    await session.iq("set", f"{privacy}<default name='eyes'/></query>")
