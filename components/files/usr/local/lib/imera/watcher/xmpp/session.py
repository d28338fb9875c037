"""Session of an account that stays open: what is asked of it is matched with the answers as they come."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterator

from ..failure import Failed, seen
from .connection import Connection
from .elements import CLIENT, Element, attribute, condition

Match = Callable[[Element], bool]
PING = "urn:xmpp:ping"


class Session:
    """Session on a connection that is logged in. jid: its full JID."""

    def __init__(self, connection: Connection, jid: str) -> None:
        self.jid = jid
        self.bare = jid.partition("/")[0]
        self._connection = connection
        self._numbers = itertools.count(1)
        self._waiting: list[tuple[Match, asyncio.Future[Element]]] = []
        self._listeners: list[Callable[[Element], None]] = []
        self._reading = asyncio.create_task(self._read())
        self.lost: str | None = None

    def new_id(self) -> str:
        """Gives an identifier that no other stanza of the session has."""
        return f"w{next(self._numbers)}"

    async def send(self, stanza: str) -> None:
        """Sends a stanza. Raises Failed where the session is lost."""
        if self.lost is not None:
            raise Failed(self.lost)
        await self._connection.write(stanza)

    async def ask(self, stanza: str, answers: Match) -> Element:
        """Sends a stanza and waits for the one that answers it. Raises Failed where the session is lost meanwhile."""
        future: asyncio.Future[Element] = asyncio.get_running_loop().create_future()
        waiting = (answers, future)
        self._waiting.append(waiting)
        try:
            await self.send(stanza)
            return await future
        finally:
            self._waiting.remove(waiting)

    async def iq(self, kind: str, payload: str, to: str | None = None) -> Element:
        """Asks by an IQ, kind "get" or "set", and gives the result. Raises Failed with the error that came instead."""
        number = self.new_id()
        address = f" to={attribute(to)}" if to is not None else ""
        answer = await self.ask(
            f"<iq type='{kind}' id='{number}'{address}>{payload}</iq>",
            lambda stanza: stanza.tag == f"{{{CLIENT}}}iq" and stanza.get("id") == number,
        )
        if answer.get("type") != "result":
            raise Failed(f"{to or 'the server'} answered {condition(answer)}")
        return answer

    @contextlib.contextmanager
    def listen(self, listener: Callable[[Element], None]) -> Iterator[None]:
        """Passes each message that answers nothing to a listener."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    async def ended(self) -> None:
        """Waits until the session is lost or closed."""
        await asyncio.wait([self._reading])

    async def close(self) -> None:
        """Ends the session."""
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading
        await self._connection.close()

    async def _read(self) -> None:
        try:
            while True:
                await self._take(await self._connection.read())
        except (Failed, OSError) as error:
            self.lost = seen(error)
            await self._connection.close()
        finally:
            self.lost = self.lost or "the session is closed"
            for _, future in self._waiting:
                if not future.done():
                    future.set_exception(Failed(self.lost))

    async def _take(self, stanza: Element) -> None:
        for answers, future in self._waiting:
            if not future.done() and answers(stanza):
                future.set_result(stanza)
                return
        if stanza.tag == f"{{{CLIENT}}}message":
            for listener in self._listeners:
                listener(stanza)
        elif stanza.tag == f"{{{CLIENT}}}iq" and stanza.get("type") in ("get", "set"):
            await self._answer(stanza)

    async def _answer(self, request: Element) -> None:
        """Answers a ping of this account's own, which other eyes take for a sign of life, and of the server; refuses the rest."""
        asker, number = request.get("from") or "", attribute(request.get("id") or "")
        own = asker.partition("/")[0] in ("", self.bare, self.bare.partition("@")[2])
        address = f" to={attribute(asker)}" if asker else ""
        if own and request.find(f"{{{PING}}}ping") is not None:
            await self._connection.write(f"<iq type='result' id={number}{address}/>")
        else:
            await self._connection.write(
                f"<iq type='error' id={number}{address}><error type='cancel'>"
                "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            )
