"""Server that runs from the cluster that is being restored. Nobody but this program reaches it."""

import pathlib
import re
import subprocess
import time

from node import postgres
from node.commands import run
from node.facts import place
from node.postgres import QueryFailed

from . import volume

LIBRARY = place("/usr/local/lib/imera")
UNIT = "imera-recovery-postgresql"
# pgBackRest's helpers outlive it, and go on to write: only a unit of its own ends all of them.
RESTORE_UNIT = "imera-recovery-restore"
SOCKET_FOLDER = "/run/imera-recovery"
LOG = place("/var/log/imera-recovery.log")
TIMEOUT_SECONDS = 12 * 3600
TARGET_NOT_REACHED = "recovery ended before configured recovery target was reached"


class Died(Exception):
    """End of the server before it did what it was to. log: what it wrote."""

    def __init__(self, log: str) -> None:
        super().__init__(log)
        self.log = log


def start(*settings: str) -> None:
    """Starts the server with these settings, for its own socket only. It ends with the next start, or a reboot."""
    stop()
    cluster = volume.restoring("main")
    own = {
        "listen_addresses": "",
        "unix_socket_directories": SOCKET_FOLDER,
        "hba_file": volume.restoring("pg_hba.conf"),
        "ident_file": "/dev/null",
        "logging_collector": "off",
    }
    lines = [f"include '{LIBRARY}/postgresql.conf'", *(f"{name} = '{value}'" for name, value in own.items())]
    volume.restoring("postgresql.conf").write_text("\n".join(lines) + "\n")
    volume.restoring("pg_hba.conf").write_text("local all postgres peer\n")
    LOG.touch(mode=0o640)
    command = [
        *in_unit(UNIT),
        f"--property=RuntimeDirectory={pathlib.Path(SOCKET_FOLDER).name}",
        "--property=KillMode=mixed",
        "--property=KillSignal=SIGINT",
    ]
    command += [
        "--property=TimeoutStopSec=600",
        f"--property=StandardOutput=append:{LOG}",
        f"--property=StandardError=append:{LOG}",
    ]
    command += [
        postgres.program("postgres"),
        "-D",
        str(cluster),
        "-c",
        f"config_file={volume.restoring('postgresql.conf')}",
    ]
    for setting in settings:
        command += ["-c", setting]
    LOG.write_text("")
    subprocess.run(command, check=True, capture_output=True)


def in_unit(name: str) -> list[str]:
    """Gives the words before a command that make it run as PostgreSQL's user, in a unit of its own."""
    user = [f"--property=User={postgres.USER}", f"--property=Group={postgres.USER}"]
    return ["systemd-run", "--quiet", "--collect", f"--unit={name}", *user]


def stop() -> None:
    """Stops the server, where it runs."""
    run(["systemctl", "stop", UNIT])


def end_earlier() -> None:
    """Ends whatever a run that was killed has left, so that nobody else writes to the folder."""
    run(["systemctl", "kill", "--signal=KILL", UNIT, RESTORE_UNIT])
    run(["systemctl", "stop", UNIT, RESTORE_UNIT])


def query(statement: str) -> str:
    """Asks the server for one value, as text. Raises QueryFailed."""
    return postgres.query(statement, socket=SOCKET_FOLDER).strip()


def wait_for(statement: str, expected: str) -> None:
    """Waits until the answer is the expected one. Raises Died."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not answers(statement, expected):
        if run(["systemctl", "is-active", "--quiet", UNIT]).returncode != 0:
            raise Died(log_text())
        if time.monotonic() > deadline:
            raise Died(f"no end after {TIMEOUT_SECONDS} s")
        time.sleep(0.1)


def answers(statement: str, expected: str) -> bool:
    """Whether the server gives this answer. One that takes no connection yet doesn't."""
    try:
        return query(statement) == expected
    except QueryFailed:
        return False


def log_text() -> str:
    """Reads what the server wrote since its last start."""
    return LOG.read_text()


def errors_in(text: str) -> str:
    """Gives the first three errors of a log, in pgBackRest's and PostgreSQL's words, without times and headers of HTTP."""
    found = [match.strip() for match in re.findall(r"(?:ERROR|FATAL|PANIC): +(.+)", text)]
    noise = (TARGET_NOT_REACHED, "terminating")
    distinct = list(dict.fromkeys(line for line in found if not any(words in line for words in noise)))
    return (
        "; ".join(line[:240] for line in distinct[:3]) or (text.strip().splitlines() or ["it said nothing"])[-1][:240]
    )


def last_transaction() -> str | None:
    """Gives when the newest transaction that was replayed was committed, RFC 3339; None: none was, or there is no answer."""
    try:
        return (
            query(
                "SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
            )
            or None
        )
    except QueryFailed:
        return None
