"""PostgreSQL on this node: its unit, folders and programs, SQL by psql, and the names of its write-ahead log.

A WAL segment is named by 24 hexadecimal digits: timeline, high and low part of its number, eight digits each. An LSN is a
position in the log in bytes, written as 0/3000028.
"""

import os
import pathlib

from .commands import as_user, run
from .facts import data, facts, place
from .trouble import Trouble

USER = "postgres"
SOCKET_FOLDER = "/run/postgresql"
SEGMENT_DIGITS = 24


class QueryFailed(Trouble):
    """Error of psql or of the server."""


class LockTimeout(QueryFailed):
    """Another transaction holds a lock for longer than lock_timeout."""


def unit() -> str:
    """Gives the name of the server's unit."""
    return f"postgresql@{facts()['database']['version']}-main.service"


def program(name: str) -> str:
    """Gives the path of one of the programs of the server's version."""
    return str(place(f"/usr/lib/postgresql/{facts()['database']['version']}/bin") / name)


def folder(name: str = "") -> pathlib.Path:
    """Gives a path in the version's folder on the data volume; "main" is the cluster."""
    return data(f"postgresql/{facts()['database']['version']}") / name


def log() -> pathlib.Path:
    """Gives the path of the server's log."""
    return place(f"/var/log/postgresql/postgresql-{facts()['database']['version']}-main.log")


def psql_command(
    *options: str, database: str = USER, socket: str = SOCKET_FOLDER, port: int | None = None
) -> list[str]:
    """Gives the command that runs SQL from standard input as the superuser, and stops at the first error."""
    connection = (
        f"host={socket} port={port or facts()['database']['port']} dbname={database} user={USER} client_encoding=UTF8"
    )
    base = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", "-", "--dbname", connection]
    return [*as_user(USER), program("psql"), *base, *options]


def quoted(text: str) -> str:
    """Writes text as a value in SQL, whatever is in it."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def query(
    script: str,
    *,
    database: str = USER,
    socket: str = SOCKET_FOLDER,
    port: int | None = None,
    timeout_seconds: float | None = 60,
) -> str:
    """Runs SQL and gives the rows, one a line, columns separated by "|". Raises QueryFailed with PostgreSQL's words."""
    command = psql_command("--tuples-only", "--no-align", database=database, socket=socket, port=port)
    what, todo = "PostgreSQL does not answer", f"see 'systemctl status {unit()}'"
    result = run(command, what=what, todo=todo, timeout_seconds=timeout_seconds, input=script, cwd="/")
    if result.returncode != 0:
        kind = LockTimeout if "lock timeout" in result.stderr else QueryFailed
        raise kind(what, result.stderr.strip(), todo)
    return result.stdout


def value(statement: str) -> str:
    """Runs SQL that selects one value, and gives it as text."""
    return query(statement).strip()


def control_data(cluster: pathlib.Path) -> dict[str, str]:
    """Reads a cluster's control file, by the names that pg_controldata prints. Its server need not run. Raises ValueError."""
    result = run([program("pg_controldata"), str(cluster)], env={**os.environ, "LC_ALL": "C"})
    if result.returncode != 0:
        raise ValueError(result.stderr.strip() or f"pg_controldata ended with {result.returncode}")
    return {name: value.strip() for name, _, value in (line.partition(":") for line in result.stdout.splitlines())}


def set_aside() -> list[pathlib.Path]:
    """Gives the folders of the databases that restores have moved aside, oldest first."""
    return sorted(folder().glob("main.before-*"))


def lsn_to_int(lsn: str) -> int:
    """Gives a position in the log, such as 0/3000028, in bytes."""
    high, low = lsn.split("/")
    return int(high, 16) << 32 | int(low, 16)


def segment_timeline(segment: str) -> int:
    """Gives the timeline of a WAL segment, or of a file whose name begins like one's."""
    return int(segment[:8], 16)


def segment_number(segment: str, segment_bytes: int) -> int:
    """Gives the number of a WAL segment: its start in bytes, divided by the size of a segment."""
    return int(segment[8:16], 16) * (2**32 // segment_bytes) + int(segment[16:24], 16)


def segment_name(timeline: int, number: int, segment_bytes: int) -> str:
    """Gives the name of a WAL segment."""
    high, low = divmod(number, 2**32 // segment_bytes)
    return f"{timeline:08X}{high:08X}{low:08X}"


def segment_folder(segment: str) -> str:
    """Gives the name of the folder that pgBackRest keeps a WAL segment in."""
    return segment[:16]
