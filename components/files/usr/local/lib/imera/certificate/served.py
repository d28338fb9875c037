"""File in which ejabberd has certificate, chain and key: /etc/ejabberd/certs/DOMAIN.pem, and no other beside it."""

import grp
import os
import pathlib
import time

from node import atomic
from node.commands import is_service_host, run
from node.facts import place

from . import lineage
from .bundle import Bundle
from .place import Aside, domain

FOLDER = place("/etc/ejabberd/certs")
# A server that starts at this moment may have looked before the file was there.
START_SECONDS = 300


def file() -> pathlib.Path:
    """Gives the path of the file."""
    return FOLDER / f"{domain()}.pem"


def present() -> Bundle | None:
    """Reads what ejabberd has; None where that is not there or not whole."""
    return lineage.read_bundle(file())


def bundles() -> list[Bundle]:
    """Reads all that is whole in the server's folder, whatever its name."""
    found = (lineage.read_bundle(path) for path in sorted(FOLDER.glob("*.pem")))
    return [bundle for bundle in found if bundle is not None]


def hand_over(bundle: Bundle) -> None:
    """Gives ejabberd a certificate that is known to be good, takes all others away, and has it read them. No session ends."""
    ensure_folder()
    changed = atomic.install(file(), bundle.pem(), 0o640, owner())
    if take_others_away() or changed:
        tell_server()


def ensure_folder() -> None:
    """Makes the folder, which only root and the server may look into."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.chown(FOLDER, *owner())
    FOLDER.chmod(0o750)


def owner() -> tuple[int, int]:
    """Gives root and ejabberd's group."""
    if not is_service_host():
        return os.geteuid(), os.getegid()
    return 0, grp.getgrnam("ejabberd").gr_gid


def take_others_away() -> bool:
    """Moves every other certificate aside: the server would serve one of them by chance. Gives whether there was one."""
    others = [path for path in FOLDER.glob("*.pem") if path != file()]
    aside = Aside()
    for path in others:
        aside.take(path)
    # Of an earlier version's, or of one that was cut off.
    for path in (*FOLDER.glob(".new-*"), *FOLDER.glob(".imera-*")):
        path.unlink()
    return others != []


def tell_server() -> None:
    """Has a server that runs, or is about to, read its certificates again."""
    deadline = time.monotonic() + START_SECONDS
    while (state := server_state()) == "activating" and time.monotonic() < deadline:
        time.sleep(0.2)
    if state == "active":
        run(["systemctl", "reload", "ejabberd.service"])


def server_state() -> str:
    """Gives systemd's word for the server's state."""
    return run(["systemctl", "is-active", "ejabberd.service"]).stdout.strip()
