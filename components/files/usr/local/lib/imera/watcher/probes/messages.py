"""What goes through a session: a message to itself, the database behind it, the archive, a ping of others."""

import asyncio
import secrets
import time

from ..failure import Failed
from ..world import World
from ..xmpp.elements import CLIENT, STANZAS, attribute, condition
from ..xmpp.session import PING, Session
from .keeper import Keeper

ARCHIVE = "urn:xmpp:mam:2"
ARCHIVE_TRIES = 4
# Answers of this server in the place of one that it did not reach.
NOT_REACHED = ("remote-server-not-found", "remote-server-timeout", "internal-server-error", "resource-constraint")


async def to_itself(session: Session) -> None:
    """Sends a message through the server to itself and waits for it. Nobody keeps it (XEP-0334)."""
    number = session.new_id()
    await session.ask(
        f"<message to={attribute(session.jid)} type='headline' id='{number}'><no-store xmlns='urn:xmpp:hints'/></message>",
        lambda stanza: stanza.tag == f"{{{CLIENT}}}message" and stanza.get("id") == number,
    )


class Database:
    """Database behind the server, asked through the session that stays open."""

    def __init__(self, world: World, keeper: Keeper) -> None:
        self._world, self._keeper = world, keeper
        self._was_silent = False

    async def attempt(self) -> None:
        """Asks for the newest in the account's archive: only the database knows. Raises Failed."""
        try:
            await self._keeper.session().iq("set", archive_query(time.time()))
        except BaseException:
            self._was_silent = True
            raise
        if self._was_silent:
            # It is what logins were refused for.
            self._was_silent = False
            self._world.restraint.forget()


async def is_archived(session: Session) -> None:
    """Sends a message to itself that is to be kept, and finds it in the archive (XEP-0313). The node deletes it later."""
    canary, since = secrets.token_hex(8), time.time() - 60
    await session.send(
        f"<message to={attribute(session.jid)} type='chat' id='{session.new_id()}'><body>{canary}</body>"
        "<store xmlns='urn:xmpp:hints'/></message>"
    )
    for _ in range(ARCHIVE_TRIES):
        await asyncio.sleep(0.5)
        if canary in await newest_in_archive(session, since):
            return
    raise Failed("a message that was sent is not in the archive")


async def newest_in_archive(session: Session, since: float) -> list[str]:
    """Gives the texts of the newest messages in the archive."""
    found: list[str] = []
    with session.listen(lambda stanza: found.append(stanza.findtext(f".//{{{CLIENT}}}body") or "")):
        await session.iq("set", archive_query(since, 50))
    return found


def archive_query(since: float, maximum: int = 1) -> str:
    """Writes a query for the newest messages of the account's archive since a time, in seconds since 1970."""
    start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(since))
    return (
        f"<query xmlns='{ARCHIVE}'><x xmlns='jabber:x:data' type='submit'>"
        f"<field var='FORM_TYPE' type='hidden'><value>{ARCHIVE}</value></field>"
        f"<field var='start'><value>{start}</value></field></x>"
        f"<set xmlns='http://jabber.org/protocol/rsm'><max>{maximum}</max><before/></set></query>"
    )


async def peer_answers(session: Session, peer: str) -> None:
    """Pings another server through this one (XEP-0199). Whatever it answers, it answers."""
    number = session.new_id()
    answer = await session.ask(
        f"<iq type='get' id='{number}' to={attribute(peer)}><ping xmlns='{PING}'/></iq>",
        lambda stanza: stanza.tag == f"{{{CLIENT}}}iq" and stanza.get("id") == number,
    )
    error = answer.find(f"{{{CLIENT}}}error")
    if error is not None and any(error.find(f"{{{STANZAS}}}{name}") is not None for name in NOT_REACHED):
        raise Failed(f"{peer}: {condition(answer)}")


async def eye_answers(world: World, session: Session, eye: str) -> None:
    """Asks another eye for a sign of life, over the account that all eyes share."""
    await session.iq("get", f"<ping xmlns='{PING}'/>", f"{world.bare_jid}/{world.resource(eye)}")


# Longer than the patience: an answer that is late still counts as one.
SILENCE_SECONDS = 8.0


async def keeps_talking(keeper: Keeper) -> None:
    """Sends a message to itself on the session that stays open, and gives that session up where it answers nothing."""
    session = keeper.session()
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            await to_itself(session)
    except TimeoutError:
        await keeper.drop(session)
        raise
