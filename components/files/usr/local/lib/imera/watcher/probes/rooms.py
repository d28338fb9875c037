"""Whether a room can be entered."""

from ..failure import Failed
from ..world import World
from ..xmpp.elements import CLIENT, Element, attribute, condition
from ..xmpp.session import Session

MUC, MUC_USER, MUC_OWNER = (f"http://jabber.org/protocol/muc{part}" for part in ("", "#user", "#owner"))
OWN_PRESENCE, NEW_ROOM = "110", "201"
# Nobody else comes in, and nothing said there is kept.
ROOM = {
    "muc#roomconfig_membersonly": "1",
    "muc#roomconfig_persistentroom": "1",
    "muc#roomconfig_publicroom": "0",
    "mam": "0",
}


async def enter(world: World, session: Session) -> None:
    """Enters the eyes' own room and leaves it again. Where it is not there yet, it is made. Raises Failed."""
    room = f"{world.configuration['accountUser']}@{world.configuration['hosts']['conference']}"
    nick = f"{room}/{world.configuration['eye']}"
    entered = await session.ask(
        f"<presence to={attribute(nick)}><x xmlns='{MUC}'><history maxstanzas='0'/></x></presence>",
        lambda stanza: stanza.get("from") == nick and (stanza.get("type") == "error" or OWN_PRESENCE in codes(stanza)),
    )
    if entered.get("type") == "error":
        raise Failed(f"the room {room}: {condition(entered)}")
    if NEW_ROOM in codes(entered):
        await session.iq("set", f"<query xmlns='{MUC_OWNER}'>{form()}</query>", room)
    await session.ask(
        f"<presence to={attribute(nick)} type='unavailable'/>",
        lambda stanza: stanza.get("from") == nick and stanza.get("type") == "unavailable",
    )


def codes(stanza: Element) -> set[str]:
    """Lists the status codes of a presence in a room."""
    if stanza.tag != f"{{{CLIENT}}}presence":
        return set()
    return {status.get("code", "") for status in stanza.iter(f"{{{MUC_USER}}}status")}


def form() -> str:
    """Writes the room's options."""
    options = {"FORM_TYPE": "http://jabber.org/protocol/muc#roomconfig", **ROOM}
    fields = "".join(f"<field var='{name}'><value>{value}</value></field>" for name, value in options.items())
    return f"<x xmlns='jabber:x:data' type='submit'>{fields}</x>"
