"""What somebody who helps asks for: states, versions and the last troubles in the logs. No secret and nobody's words."""

import collections
import pathlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import ParamSpec

from node import postgres
from node.commands import run
from node.facts import facts, place, secrets
from node.trouble import Trouble

from . import masking

P = ParamSpec("P")
TIMEOUT_SECONDS = 30
LOG_LINES = 100
TROUBLE = re.compile(r"\[(?:warning|error|critical)\]|\b(?:ERROR|FATAL|PANIC|WARNING):")
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "system": ("uname", "-a"),
    "uptime": ("uptime",),
    "memory": ("free", "--mebi"),
    "disks": ("df", "--human-readable", "--output=source,size,avail,pcent,target"),
    "failed units": ("systemctl", "list-units", "--state=failed", "--no-legend", "--plain"),
    "timers": ("systemctl", "list-timers", "--all", "--no-pager"),
    "listeners": ("ss", "--listening", "--numeric", "--tcp", "--udp"),
    "packages": (
        "dpkg-query",
        "--show",
        "ejabberd*",
        "postgresql-1*",
        "pgbackrest",
        "restic",
        "certbot",
        "linux-image*",
    ),
    "backups": ("/usr/local/sbin/imera-backup", "checks"),
}
FILES = {"facts": "/etc/imera/node.json", "ejabberd.yml": "/etc/imera/ejabberd.yml"}


def collect() -> dict[str, str]:
    """Gives a text for each title. One that cannot be had says why. Raises Trouble where the secrets cannot be read."""
    kept = own_names()
    hidden = list(secrets().values())
    texts = {
        **{title: attempt(output, command) for title, command in COMMANDS.items()},
        **{title: attempt(read, path) for title, path in FILES.items()},
        **{title: attempt(last_troubles, path) for title, path in logs().items()},
        "journal": attempt(journal),
    }
    return {title: masking.without_people(masking.without_secrets(text, hidden), kept) for title, text in texts.items()}


def own_names() -> set[str]:
    """Gives the accounts and addresses that are the network's own, and stay."""
    domain = facts()["domain"]
    own = place("/etc/imera/node.json").read_text()
    addresses = set(masking.IPV4.findall(own)) | set(masking.IPV6.findall(own))
    return {facts()["adminJid"], f"{facts()['canaryUser']}@{domain}", "0.0.0.0", "127.0.0.1", *addresses}


def logs() -> dict[str, pathlib.Path]:
    """Gives the logs by title."""
    return {
        "ejabberd's log": place("/var/log/ejabberd/ejabberd.log"),
        "PostgreSQL's log": postgres.log(),
        "certbot's log": place("/var/log/letsencrypt/letsencrypt.log"),
    }


def attempt(work: Callable[P, str], *args: P.args, **named: P.kwargs) -> str:
    """Gives a text, or why it cannot be had."""
    try:
        return work(*args, **named)
    except (Trouble, OSError, UnicodeError) as error:
        return f"not to be had: {error}"


def read(path: str) -> str:
    """Gives the content of a file of the node."""
    return place(path).read_text()


def output(command: Iterable[str]) -> str:
    """Gives what a command says. Raises Trouble where it does not end."""
    words = list(command)
    result = run(words, what=f"{words[0]} did not end", timeout_seconds=TIMEOUT_SECONDS, errors="replace")
    return (result.stdout + result.stderr).strip()


def last_troubles(path: pathlib.Path) -> str:
    """Gives the last lines of a log that tell of a trouble, without what people wrote."""
    with path.open(errors="replace") as log:
        lines = collections.deque((line for line in log if TROUBLE.search(line)), maxlen=LOG_LINES)
    return "\n".join(masking.without_content(line.rstrip()) for line in lines)


def journal() -> str:
    """Gives the last warnings of the journal, without what people wrote."""
    words = ("journalctl", "--priority", "warning", "--lines", str(LOG_LINES), "--no-pager", "--output", "short-iso")
    return "\n".join(masking.without_content(line) for line in output(words).splitlines())
