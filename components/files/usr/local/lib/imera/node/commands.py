"""Runs other programs, as root or as a service's user."""

import os
import pathlib
import pwd
import subprocess
from collections.abc import Mapping, Sequence

from .facts import ROOT
from .trouble import Trouble


def run(
    command: Sequence[str],
    *,
    what: str = "",
    todo: str = "",
    timeout_seconds: float | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    input: str | None = None,
    errors: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a command, which ends with this process however that ends. A result with another exit code than 0 is no error.

    what, todo: what failed when the time is over and what to do then, for the Trouble that is raised; where they are not given, they
    name the program. errors: how to decode output that is not UTF-8.
    """
    program = pathlib.Path(command[0]).name
    command = ["setpriv", "--pdeathsig", "TERM", *command]
    try:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            env=env,
            cwd=cwd,
            input=input,
            errors=errors,
        )
    except subprocess.TimeoutExpired:
        raise Trouble(
            what or f"{program} did not end",
            f"no end after {timeout_seconds:g} s",
            todo or f"see with 'top' and 'journalctl -b' what holds {program} up; then run it again",
        ) from None


def as_user(name: str) -> list[str]:
    """Gives the words before a command that make it run as that user, with that user's environment.

    None of them where this process is not root, or IMERA_ROOT is set: there the service's user need not exist.
    """
    if not is_service_host():
        return []
    return ["setpriv", "--reuid", name, "--regid", name, "--init-groups", "--reset-env"]


def owner_ids(user: str) -> tuple[int, int]:
    """Gives uid and gid of a service's user. Its own where as_user() changes nothing."""
    if not is_service_host():
        return os.geteuid(), os.getegid()
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def is_service_host() -> bool:
    """Whether this process may act for the services' users."""
    return os.geteuid() == 0 and pathlib.Path("/") == ROOT
