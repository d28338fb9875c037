"""Updates that wait for the operator: what no timer of the node does."""

import re
import time

from node.commands import run
from node.facts import place

# Written by Debian's daily timer when unattended-upgrades has ended well.
DONE = place("/var/lib/apt/periodic/upgrade-stamp")
REBOOT = place("/run/reboot-required")
TIMEOUT_SECONDS = 10


def describe() -> str:
    """Gives the version of ejabberd that waits, whether a reboot is due, and the age of the last daily update."""
    return "; ".join(text for text in (ejabberd(), reboot(), daily()) if text)


def ejabberd() -> str:
    """Gives which newer ejabberd the package lists have; empty: none, or they are as old as the node."""
    # The proof of a new node is not to wait for apt.
    if not DONE.exists():
        return ""
    policy = run(["apt-cache", "policy", "ejabberd"], what="apt-cache did not answer", timeout_seconds=TIMEOUT_SECONDS)
    versions = dict(re.findall(r"^\s+(Installed|Candidate): (\S+)$", policy.stdout, re.MULTILINE))
    candidate = versions.get("Candidate")
    return f"ejabberd {candidate} waits for you" if candidate != versions.get("Installed") else ""


def reboot() -> str:
    """Gives that an updated kernel or library waits for a reboot; empty: none does."""
    return "a reboot is due" if REBOOT.exists() else ""


def daily() -> str:
    """Gives how long ago Debian's daily updates ended well."""
    if not DONE.exists():
        return "no daily update has ended yet"
    return f"the last daily update ended {int((time.time() - DONE.stat().st_mtime) / 86400)} days ago"
