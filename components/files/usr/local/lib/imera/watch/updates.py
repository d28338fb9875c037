"""Updates that wait for the operator: what no timer of the node does."""

import contextlib
import re
import time

from node import postgres
from node.advice import with_whole_commands
from node.commands import run
from node.facts import place

# Written by Debian's daily timer when unattended-upgrades has ended well.
DONE = place("/var/lib/apt/periodic/upgrade-stamp")
REBOOT = place("/run/reboot-required")
TIMEOUT_SECONDS = 10
# What apt-get says in a simulation of a package that it would unpack, and where that comes from.
PLANNED = re.compile(r"^Inst (\S+) .*\(\S+ ([^\[)]+)", re.MULTILINE)
SECURITY = re.compile(r"Debian-Security:")
# Files that a process runs and that are gone: an upgrade has put others in their place.
REPLACED = re.compile(r"(/usr/\S+\.so\S*) \(deleted\)$", re.MULTILINE)


def describe() -> str:
    """Gives the version of ejabberd that waits, security fixes that are held, services on replaced libraries, whether a reboot is due,
    and the age of the last daily update. Raises Trouble.
    """
    return "; ".join(text for text in (ejabberd(), held(), outdated(), reboot(), daily()) if text)


def ejabberd() -> str:
    """Gives which newer ejabberd the package lists have; empty: none, or they are as old as the node."""
    # The proof of a new node is not to wait for apt.
    if not DONE.exists():
        return ""
    policy = run(["apt-cache", "policy", "ejabberd"], what="apt-cache did not answer", timeout_seconds=TIMEOUT_SECONDS)
    versions = dict(re.findall(r"^\s+(Installed|Candidate): (\S+)$", policy.stdout, re.MULTILINE))
    candidate = versions.get("Candidate")
    return f"ejabberd {candidate} waits for you" if candidate != versions.get("Installed") else ""


def held() -> str:
    """Gives the packages with a security fix that the daily update leaves alone; empty: none, or the lists were never read. Raises Trouble."""
    if not DONE.exists():
        return ""
    command = ["apt-get", "--simulate", "--quiet=2", "upgrade"]
    planned = run(command, what="apt-get did not answer", timeout_seconds=TIMEOUT_SECONDS * 3).stdout
    names = sorted(name for name, origins in PLANNED.findall(planned) if SECURITY.search(origins))
    if not names:
        return ""
    command_line = with_whole_commands("'npm run upgrade -- --stack STACK'")
    return (
        f"security fixes of {', '.join(names)} wait: {command_line} installs those of ejabberd, Erlang and PostgreSQL"
    )


def outdated() -> str:
    """Gives the services that run a library that was replaced since they started; empty: none. Raises Trouble."""
    units = [unit for unit in ("ejabberd.service", postgres.unit(), "ssh.service") if runs_replaced(unit)]
    return (
        f"{', '.join(units)} run with a library that was replaced: 'systemctl restart' or a reboot ends that"
        if units
        else ""
    )


def runs_replaced(unit: str) -> bool:
    """Whether one of a unit's processes has a library in memory that is gone from the disk. Raises Trouble."""
    shown = ["systemctl", "show", "--property", "ControlGroup", "--value", unit]
    group = run(shown, what="systemctl did not answer", timeout_seconds=TIMEOUT_SECONDS).stdout.strip()
    if group in ("", "/"):
        return False
    processes = place(f"/sys/fs/cgroup{group}/cgroup.procs")
    # It may end, or never have run.
    with contextlib.suppress(OSError):
        return any(has_replaced(process) for process in processes.read_text().split())
    return False


def has_replaced(process: str) -> bool:
    """Whether a process has a library in memory that is gone from the disk."""
    # A process that ended meanwhile has none.
    with contextlib.suppress(OSError):
        return REPLACED.search(place(f"/proc/{process}/maps").read_text()) is not None
    return False


def reboot() -> str:
    """Gives that an updated kernel or library waits for a reboot; empty: none does."""
    return "a reboot is due" if REBOOT.exists() else ""


def daily() -> str:
    """Gives how long ago Debian's daily updates ended well."""
    if not DONE.exists():
        return "no daily update has ended yet"
    return f"the last daily update ended {int((time.time() - DONE.stat().st_mtime) / 86400)} days ago"
