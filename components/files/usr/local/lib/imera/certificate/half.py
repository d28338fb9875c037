"""Half states of certbot's files, which a renewal mends and a backup would take as they are."""

import fcntl

from node.trouble import Trouble

from . import lineage, place, served
from .settle import LOCK


def trouble() -> Trouble | None:
    """Gives what is not whole; None: nothing, or nothing was ordered yet, or somebody is at work on the files."""
    was_ordered = bool(lineage.names()) or served.file().exists()
    fault = lineage.fault(place.domain()) if was_ordered and not is_at_work() else None
    if fault is None:
        return None
    return Trouble(
        "the certificate's files are not whole",
        f"{fault}; what ejabberd has stays in use, and earlier backups have whole ones",
        "run 'imera-certificate renew' on the node, which makes them whole, as certbot.timer does twice a day",
    )


def is_at_work() -> bool:
    """Whether somebody looks after the certificate now."""
    if not LOCK.exists():
        return False
    with LOCK.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
