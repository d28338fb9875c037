"""Messages to the administrator when a check of the backups turns red or green again."""

import os

from node import ejabberd
from node.facts import data, facts

from . import checks, state

# On a full disk the server takes a message and loses it.
ROOM_FOR_MESSAGE_BYTES = 16 * 1024 * 1024


def notify_admin() -> None:
    """Sends one message and writes one line to the journal for each change.

    A message that the server does not take, because it is down, is sent by a later run.
    """
    with state.lock("tell", wait=True):
        red = {name: text for name, text in checks.troubles().items() if text is not None}
        notified = state.load().get("notified", [])
        if sorted(red) == notified:
            return
        for name in sorted(set(red) - set(notified)):
            state.log_error(f"{name}: {red[name]}")
        if send(message(red, notified)):
            state.update(notified=sorted(red))


def message(red: dict[str, str], notified: list[str]) -> str:
    """Writes the message from what is wrong now, by name, and the names that were red in the last message."""
    node = facts()["nodeName"]
    mended = sorted(set(notified) - set(red))
    if not red:
        return f"{node}: backups are well again ({', '.join(mended)})."
    lines = [f"{node}: something needs attention.", *(f"- {name}: {text}" for name, text in sorted(red.items()))]
    return "\n".join([*lines, *(f"- {name}: well again" for name in mended)])


def send(text: str) -> bool:
    """Sends a message from the domain to the administrator. Gives whether the server took it and can keep it."""
    status = os.statvfs(data())
    if status.f_frsize * status.f_bavail < ROOM_FOR_MESSAGE_BYTES:
        return False
    return ejabberd.send_message(facts()["domain"], facts()["adminJid"], text)
