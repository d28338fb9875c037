"""Connection that speaks an XMPP stream, from TCP to a session (RFC 6120)."""

import asyncio
import base64
import ssl
from collections import deque

from ..failure import Failed, Refused
from . import scram
from .elements import BIND, CLIENT, SASL, STREAM, TLS, Element, attribute, local, text
from .stream_parser import StreamParser

READ_BYTES = 65536


class Connection:
    """TCP connection to a server of a domain. peer: address and port, for people."""

    def __init__(self, domain: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
        self.domain, self.peer = domain, peer
        self._reader, self._writer = reader, writer
        self._parser = StreamParser()
        self._waiting: deque[Element] = deque()

    async def write(self, data: str) -> None:
        """Sends a part of the stream."""
        self._writer.write(data.encode())
        await self._writer.drain()

    async def read(self) -> Element:
        """Waits for the next element below the stream's root. Raises Failed where the stream ends or says an error."""
        while not self._waiting:
            await self._receive()
        element = self._waiting.popleft()
        if element.tag == f"{{{STREAM}}}error":
            raise Failed(f"the server ended the stream: {', '.join(local(child) for child in element) or 'no reason'}")
        return element

    async def _receive(self) -> None:
        data = await self._reader.read(READ_BYTES)
        if not data or self._parser.ended:
            raise Failed("the server closed the connection")
        self._waiting.extend(self._parser.feed(data))

    async def open_stream(self, namespace: str = CLIENT) -> Element:
        """Opens a stream, a first or another one, and gives the server's features."""
        self._parser = StreamParser()
        self._waiting.clear()
        await self.write(
            f"<?xml version='1.0'?><stream:stream to={attribute(self.domain)} version='1.0' xml:lang='en'"
            f" xmlns='{namespace}' xmlns:stream='{STREAM}'>"
        )
        return await self.expect(f"{{{STREAM}}}features")

    async def expect(self, *tags: str) -> Element:
        """Waits for an element with one of these tags. Raises Failed for another one."""
        element = await self.read()
        if element.tag not in tags:
            raise Failed(f"the server sent <{local(element)}> in place of <{tags[0].rpartition('}')[2]}>")
        return element

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Asks for TLS and takes it, with the certificate checked for the domain."""
        await self.write(f"<starttls xmlns='{TLS}'/>")
        await self.expect(f"{{{TLS}}}proceed")
        await self._writer.start_tls(context, server_hostname=self.domain)

    def certificate(self) -> bytes:
        """Gives the server's certificate in DER. Raises Failed where there is no TLS."""
        tls = self._writer.get_extra_info("ssl_object")
        certificate: bytes | None = tls.getpeercert(binary_form=True) if tls is not None else None
        if certificate is None:
            raise Failed("the server showed no certificate")
        return certificate

    async def authenticate(self, features: Element, user: str, password: str) -> None:
        """Logs in. Raises Refused where the server does not take the password, Failed where it offers no mechanism of SCRAM."""
        offered = {(element.text or "").strip() for element in features.iter(f"{{{SASL}}}mechanism")}
        mechanism = scram.strongest(offered)
        if mechanism is None:
            raise Failed(f"the server offers no SCRAM, only {', '.join(sorted(offered)) or 'nothing'}")
        login = scram.Scram(mechanism, user, password)
        await self.write(f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{encoded(login.first())}</auth>")
        challenge = await self._sasl(
            "challenge", f"{user}@{self.domain} is not known there, or its database does not answer"
        )
        await self.write(f"<response xmlns='{SASL}'>{encoded(login.final(challenge))}</response>")
        login.check(await self._sasl("success", f"the password of {user}@{self.domain} is another one there"))

    async def _sasl(self, wanted: str, cause: str) -> bytes:
        """Waits for a step of the login. Raises Failed where the server ends it; Refused, with the likely cause, where it would do so again."""
        answer = await self.expect(f"{{{SASL}}}{wanted}", f"{{{SASL}}}failure")
        if local(answer) == "failure":
            words = ", ".join(local(child) for child in answer)
            if "temporary-auth-failure" in words:
                raise Failed(f"the login was refused for now: {words}")
            raise Refused(f"the login was refused ({words}): {cause}")
        return base64.b64decode(answer.text or "")

    async def bind(self, resource: str) -> str:
        """Binds a resource and gives the full JID."""
        await self.write(
            f"<iq type='set' id='bind'><bind xmlns='{BIND}'><resource>{text(resource)}</resource></bind></iq>"
        )
        answer = await self.expect(f"{{{CLIENT}}}iq")
        jid = answer.findtext(f"{{{BIND}}}bind/{{{BIND}}}jid")
        if answer.get("type") != "result" or jid is None:
            raise Failed("the server refused the session's resource")
        return jid

    async def close(self) -> None:
        """Ends the stream politely and closes the connection, whatever state it is in."""
        try:
            self._writer.write(b"</stream:stream>")
            self._writer.close()
            # A peer that is gone never ends TLS.
            await asyncio.wait_for(self._writer.wait_closed(), 1)
        except (OSError, TimeoutError):
            self._writer.transport.abort()


def encoded(data: bytes) -> str:
    """Writes bytes in Base64."""
    return base64.b64encode(data).decode()
