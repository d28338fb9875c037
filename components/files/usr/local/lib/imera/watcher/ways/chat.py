"""Message from an account on another XMPP server."""

import asyncio
import secrets
import ssl

from ..dns_message import Resolver, resolve
from ..failure import Failed, seen
from ..notification import Notification
from ..restraint import Restraint
from ..xmpp.elements import CLIENT, Element, attribute, condition, text
from ..xmpp.log_in import Account, Endpoint, log_in
from ..xmpp.session import PING, Session
from .settings import Password, XmppFromWay
from .way import wrong_password

LOGIN_SECONDS, PING_SECONDS, REFUSAL_SECONDS = 8, 20, 1


class Chat:
    """Account on another server, logged in all the time: an alarm has no time for a login."""

    def __init__(self, way: XmppFromWay, secret: Password, context: ssl.SSLContext, resolvers: list[Resolver]) -> None:
        self.name = way["name"]
        self._way, self._context, self._resolvers = way, context, resolvers
        user, _, self._domain = way["from"].partition("@")
        self._account = Account(user, secret["password"])
        # Every eye logs in with the account: with one resource for all, each would end the session of the one before.
        self._resource = f"imera-watch-{secrets.token_hex(4)}"
        self._session: Session | None = None
        self._busy = asyncio.Lock()
        self._restraint = Restraint(wrong_password(self.name))

    async def send(self, notification: Notification) -> str:
        """Sends a message to everybody who is to have it. Raises Failed, OSError or TimeoutError."""
        session = await self._open()
        body = f"{notification['title']}\n\n{notification['text']}"
        for receiver in self._way["to"]:
            await self._send(session, receiver, body)
        return f"{self._domain} took it for {', '.join(self._way['to'])}"

    async def keep_ready(self) -> None:
        """Stays logged in, and sees that the server still answers."""
        while True:
            try:
                session = await self._open()
                async with asyncio.timeout(LOGIN_SECONDS):
                    await session.iq("get", f"<ping xmlns='{PING}'/>", self._domain)
            except (Failed, OSError, TimeoutError):
                # The next notification says what is wrong, or the next try mends it.
                await self.close()
            await asyncio.sleep(PING_SECONDS)

    async def close(self) -> None:
        """Logs out."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _open(self) -> Session:
        async with self._busy:
            if self._session is None or self._session.lost is not None:
                endpoint = await self._endpoint()
                async with asyncio.timeout(LOGIN_SECONDS):
                    connection, jid = await self._restraint.attempt(
                        lambda: log_in(endpoint, self._context, self._account, self._resource)
                    )
                self._session = Session(connection, jid)
            return self._session

    async def _endpoint(self) -> Endpoint:
        host, port = self._way["host"], self._way["port"]
        if host is None:
            host, port = await self._found() or (self._domain, port)
        return Endpoint(self._domain, host, port, direct_tls=False)

    async def _found(self) -> tuple[str, int] | None:
        """Asks the resolvers, one after the other, for where the server is; None: by its own name."""
        for resolver in self._resolvers:
            try:
                async with asyncio.timeout(3):
                    found = await resolve(resolver, f"_xmpp-client._tcp.{self._domain}", "SRV")
            except (Failed, OSError, TimeoutError):
                continue
            targets = sorted(((int(p), -int(w), t, int(o)) for p, w, o, t in (each.split() for each in found)))
            name, port = (targets[0][2], targets[0][3]) if targets else (self._domain, self._way["port"])
            return await address_of(name, resolver), port
        return None

    async def _send(self, session: Session, receiver: str, body: str) -> None:
        number = session.new_id()
        refusal = asyncio.create_task(
            session.ask(
                f"<message to={attribute(receiver)} type='chat' id='{number}'><body>{text(body)}</body></message>",
                lambda stanza: is_refusal(stanza, number),
            )
        )
        try:
            # Servers work in order: what answers this has had the message.
            await session.iq("get", f"<ping xmlns='{PING}'/>", self._domain)
            await asyncio.wait([refusal], timeout=REFUSAL_SECONDS)
            if refusal.done():
                raise Failed(f"{receiver}: {condition(refusal.result())}")
        except Failed as error:
            raise Failed(f"{self._domain}: {seen(error)}") from error
        finally:
            refusal.cancel()
            await asyncio.gather(refusal, return_exceptions=True)


async def address_of(name: str, resolver: Resolver) -> str:
    """Gives an address of a host, or its name where the resolver knows none: then the system's may."""
    try:
        async with asyncio.timeout(3):
            addresses = await resolve(resolver, name, "A") or await resolve(resolver, name, "AAAA")
    except (Failed, OSError, TimeoutError):
        return name
    return min(addresses, default=name)


def is_refusal(stanza: Element, number: str) -> bool:
    """Whether a stanza says that a message was not delivered."""
    return stanza.tag == f"{{{CLIENT}}}message" and stanza.get("type") == "error" and stanza.get("id") == number
