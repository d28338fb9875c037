"""Files that the program delivered: each is as it was delivered, and what is made of them is made of them."""

import grp
import hashlib
import pathlib
import pwd
from collections.abc import Iterator
from typing import cast

from node import documents
from node.facts import place

from .finding import Finding, failure, warning, well

# By imera-apply: {path: {"sha256", "mode", "owner"}}.
DELIVERED = place("/var/lib/imera/delivered.json")
# Copies that steps of converge make of delivered files.
COPIES = {
    "/etc/ejabberd/ejabberd.yml": "/etc/imera/ejabberd.yml",
    "/root/.ssh/authorized_keys": "/etc/imera/authorized_keys",
}
CONVERGE = "/usr/local/lib/imera/converge"


def look() -> list[Finding]:
    """Gives the files that somebody changed by hand. Raises Trouble where the list of those delivered is damaged."""
    try:
        delivered = cast(dict[str, dict[str, str]], documents.read(DELIVERED, "run 'pulumi up' with a change"))
    except FileNotFoundError:
        return [well("drift", "not known: these files were delivered by a version that kept no checksums")]
    found = [*changed(delivered), *other_copies()]
    return found or [well("drift", f"{len(delivered)} files are as they were delivered")]


def changed(delivered: dict[str, dict[str, str]]) -> Iterator[Finding]:
    """Gives the delivered files that are no longer what they were."""
    for path, wanted in sorted(delivered.items()):
        present = description(place(path))
        if present == wanted:
            continue
        differing = [name for name in wanted if present is not None and present[name] != wanted[name]]
        yield failure(
            f"drift:{path}",
            seen="it is gone" if present is None else f"another {' and '.join(differing)}: {shown(present, differing)}",
            wanted=shown(wanted, differing) if differing else "the file that was delivered",
            meaning="Somebody changed it by hand: the node no longer does what the stack says, and the next delivery undoes it.",
            advice="'pulumi up --replace \"**-configuration\"' delivers it again; what the change was good for belongs into the stack",
        )


def other_copies() -> Iterator[Finding]:
    """Gives the files that converge makes of delivered ones and that differ from them."""
    for path, source in COPIES.items():
        if content(place(path)) != content(place(source)):
            yield warning(
                f"drift:{path}",
                seen="it differs from what was delivered",
                wanted=f"the content of {source}",
                meaning="Somebody changed it by hand, or a delivery was refused; the next converge undoes it.",
                command=f"diff {path} {source}; {CONVERGE}",
            )


def description(path: pathlib.Path) -> dict[str, str] | None:
    """Gives checksum, mode and owner of a file; None where there is none."""
    data = content(path)
    if data is None:
        return None
    status = path.stat()
    owner = f"{user_name(status.st_uid)}:{group_name(status.st_gid)}"
    return {"sha256": hashlib.sha256(data).hexdigest(), "mode": f"{status.st_mode & 0o7777:04o}", "owner": owner}


def content(path: pathlib.Path) -> bytes | None:
    """Gives what is in a file; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def shown(described: dict[str, str], names: list[str]) -> str:
    """Gives some values of a description, the checksum by its beginning."""
    return ", ".join(described[name][:16] for name in names)


def user_name(number: int) -> str:
    """Gives the name of a user; the number where it has none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def group_name(number: int) -> str:
    """Gives the name of a group; the number where it has none."""
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
