"""Locks of an import: one at a time, and not beside what stops the database. They end with the import, however that ends."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from typing import TextIO

from node import timestamps
from node.facts import place
from node.trouble import Trouble

# Its text says who imports.
OWN = place("/run/imera-import.lock")
# Whatever sets this node up or restores it holds it alone.
CONVERGE = place("/run/imera-converge.lock")


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Takes the locks. Raises Trouble where somebody else imports, or the node is being set up or restored."""
    with CONVERGE.open("a") as converge, OWN.open("a+") as own:
        if not takes(converge, fcntl.LOCK_SH):
            raise Trouble(
                "this node is being set up or restored right now",
                f"another program holds {CONVERGE}",
                "import when 'npm run status -- --stack STACK' shows that it serves again",
            )
        if not takes_soon(lambda: takes(own, fcntl.LOCK_EX)):
            raise Trouble("another import is running on this node", text(own), "wait until it has ended")
        own.truncate(0)
        # Of whoever is logged in over SSH the first word is the address.
        address, *_ = os.environ.get("SSH_CONNECTION", "").split(" ")
        own.write(f"it was begun from {address or 'this node'} at {timestamps.iso(timestamps.now())}")
        own.flush()
        yield


def refuse_beside(what: str) -> None:
    """Raises Trouble while people are imported, and what is to be done would end that. what: "no restore"."""
    if not OWN.exists():
        return
    with OWN.open() as own:
        if not takes(own, fcntl.LOCK_SH):
            raise Trouble(
                f"{what} while people are imported into this node; nothing was changed",
                text(own),
                "wait until the import has ended, or end it where it runs; then run this again",
            )


def takes_soon(takes_it: Callable[[], bool]) -> bool:
    """Says whether a lock can be taken: an import that was cut off may need some seconds to end."""
    for seconds in (1, 2, 3, 4, 5, 0):
        if takes_it():
            return True
        time.sleep(seconds)
    return False


def takes(file: TextIO, kind: int) -> bool:
    """Says whether a lock of the kind is taken, which the open file then holds."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def text(file: TextIO) -> str:
    """Gives who holds it, as it says itself."""
    file.seek(0)
    return file.read() or "it has just begun"
