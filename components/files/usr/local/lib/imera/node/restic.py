"""restic, with the settings of the node's repository."""

import os
import shlex
import subprocess

from .commands import run
from .facts import data, place
from .store_errors import SILENT_STORE_TODO

SETTINGS = place("/etc/imera/restic.env")


def restic(*arguments: str, timeout_seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Runs restic. Gives the result, whatever the exit code."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/root"}
    for line in SETTINGS.read_text().splitlines():
        name, _, value = line.partition("=")
        environment[name] = "".join(shlex.split(value))
    (data("backup") / "cache").mkdir(mode=0o700, parents=True, exist_ok=True)
    command = ["restic", "--cleanup-cache", *arguments]
    what, todo = "the files' backups do not answer", SILENT_STORE_TODO
    return run(command, what=what, todo=todo, timeout_seconds=timeout_seconds, env=environment)
