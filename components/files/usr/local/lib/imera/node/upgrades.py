"""Upgrades of the packages whose upgrade stops a service that ejabberd or its users rely on: ejabberd itself, and PostgreSQL.

Debian's own timer leaves these packages alone. While PostgreSQL restarts, ejabberd acknowledges messages that it then cannot
archive; so ejabberd is stopped first, and started when all is in place.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from . import announcement, packages
from .commands import run
from .trouble import Trouble

EJABBERD = re.compile(r"ejabberd(?:-.+)?|erlang-.+")
POSTGRESQL = re.compile(r"postgresql-(?:client-)?\d+")
UNIT = "ejabberd.service"
UPDATE = ["apt-get", "--assume-yes", "--quiet=2", "-o", "DPkg::Lock::Timeout=600"]
# What apt-get says in a simulation of a package that it would unpack.
PLANNED = re.compile(r"^Inst (\S+) (?:\[(\S+)\] )?\((\S+) ", re.MULTILINE)


@dataclass(frozen=True)
class Upgrade:
    """Version of a package that waits. installed: empty where the package is new."""

    name: str
    installed: str
    candidate: str

    def __str__(self) -> str:
        return f"{self.name} {self.installed or 'new'} → {self.candidate}"


def refresh() -> None:
    """Reads the package lists of the mirrors anew. Raises Trouble."""
    code, words = packages.apt([*UPDATE, "update", "-o", "APT::Update::Error-Mode=any"])
    if code != 0:
        raise Trouble(
            "the package lists could not be read", packages.first_error(words), "run the same command again later"
        )


def waiting(*kinds: re.Pattern[str]) -> list[Upgrade]:
    """Gives the upgrades of installed packages of these kinds that the package lists have, with what they need. Raises Trouble."""
    installed = [name for name, state in packages.states(()).items() if state == "i " and is_of(name, kinds)]
    if not installed:
        return []
    code, words = packages.output_of([*UPDATE, "--simulate", "--only-upgrade", "install", *installed])
    if code != 0:
        raise Trouble("apt cannot plan the upgrade", packages.first_error(words), "see 'apt-get check'")
    return [Upgrade(name, former or "", candidate) for name, former, candidate in PLANNED.findall(words)]


def is_of(name: str, kinds: Sequence[re.Pattern[str]]) -> bool:
    """Whether a package is of one of these kinds."""
    return any(kind.fullmatch(name) for kind in kinds)


def install(upgrades: Sequence[Upgrade], report: Callable[[str], None]) -> None:
    """Installs upgrades while ejabberd is stopped, and starts it. Raises Trouble; ejabberd is started all the same."""
    with packages.lock(900), ejabberd_stopped(report):
        report(f"installing {', '.join(map(str, upgrades))}")
        names = [f"{upgrade.name}={upgrade.candidate}" for upgrade in upgrades]
        code, words = packages.apt([*UPDATE, "install", *names])
        if code != 0:
            raise Trouble("the upgrade was not installed", packages.first_error(words), way_back(upgrades))


@contextlib.contextmanager
def ejabberd_stopped(report: Callable[[str], None]) -> Iterator[None]:
    """Keeps ejabberd stopped, also where a package would start it. Raises Trouble where systemd does not do it."""
    report("stopping ejabberd")
    why = announcement.announce_restart()
    if why is not None:
        report(f"the watchers were not told: {why}")
    # Masked after it has been stopped: a package's scripts pass over a masked unit.
    systemctl("stop", UNIT)
    systemctl("mask", "--runtime", UNIT)
    try:
        yield
    finally:
        systemctl("unmask", "--runtime", UNIT)
        report("starting ejabberd")
        systemctl("start", UNIT)


def systemctl(*words: str) -> None:
    """Runs systemctl. Raises Trouble."""
    result = run(["systemctl", *words], what="systemd did not answer", timeout_seconds=600)
    if result.returncode != 0:
        why = result.stderr.strip() or "it gave no reason"
        raise Trouble(f"'systemctl {' '.join(words)}' failed", why, f"see 'systemctl status {UNIT}'")


def way_back(upgrades: Sequence[Upgrade]) -> str:
    """Gives what to do where an upgrade does no good."""
    former = " ".join(f"{upgrade.name}={upgrade.installed}" for upgrade in upgrades if upgrade.installed)
    return (
        "see 'journalctl -u ejabberd' and run the same command again. The way back, while a mirror has these versions: "
        f"'apt-get install --allow-downgrades {former}'; and where the new version has changed the database, a restore to the "
        "time before it"
    )
