"""A backup made into a running server beside the real one, compared with its manifest, and brought up to the newest log."""

import hashlib
import json
import pathlib
import pwd
import re
import shutil
import subprocess
import time

from backup.database import AS_POSTGRES, LIBRARY, STANZA
from backup.state import run

from . import volume
from .decision import number, others
from .refused import Refused
from .store import digest_of

UNIT = "imera-recovery-postgresql"
# pgBackRest's helpers outlive it, and go on to write: only a unit of its own ends all of them.
RESTORE_UNIT = "imera-recovery-restore"
SOCKET = "/run/imera-recovery"
LOG = pathlib.Path("/var/log/imera-recovery.log")
SPOOL = pathlib.Path("/var/spool/pgbackrest/archive") / STANZA / "in"
MARGIN_BYTES = 256 * 1024 * 1024
PATIENCE_SECONDS = 12 * 3600
TARGET_NOT_REACHED = "recovery ended before configured recovery target was reached"


class Died(Exception):
    """The server ended. The argument: what it said last."""


def restore(backup, store):
    """The files of the backup, in a folder of their own."""
    needed = int(backup.size_bytes * 1.2) + MARGIN_BYTES
    if volume.free_bytes() < needed:
        raise Refused(
            "the volume is too small to restore to",
            f"the backup {backup.label} needs {needed >> 20} MiB, {volume.free_bytes() >> 20} MiB are free",
            "set imera:volumeSizeGiB higher and run 'pulumi up'",
        )
    data = volume.RESTORING / "main"
    data.mkdir(mode=0o700)
    owner = pwd.getpwnam("postgres")
    shutil.chown(data, owner.pw_uid, owner.pw_gid)
    if SPOOL.exists():
        shutil.rmtree(SPOOL)
    command = ["pgbackrest", f"--stanza={STANZA}", f"--set={backup.label}", "--type=default", f"--pg1-path={data}", "restore"]
    result = run([*in_unit(RESTORE_UNIT), "--wait", "--pipe", *command], "", PATIENCE_SECONDS)
    if result.returncode != 0:
        raise Refused(f"the backup {backup.label} could not be restored; nothing was changed", errors(result.stderr), advice(store, backup))


def advice(store, backup):
    return f"see whether an earlier version of the object is in the bucket (docs/outage.md); {others(store, backup)}"


def start(*settings):
    """For its own socket only: nobody but this program reaches it. It ends with the next start, or a reboot."""
    stop()
    data = volume.RESTORING / "main"
    own = {
        "listen_addresses": "",
        "unix_socket_directories": SOCKET,
        "hba_file": volume.RESTORING / "pg_hba.conf",
        "ident_file": "/dev/null",
        "logging_collector": "off",
    }
    lines = [f"include '{LIBRARY}/postgresql.conf'", *(f"{name} = '{value}'" for name, value in own.items())]
    (volume.RESTORING / "postgresql.conf").write_text("\n".join(lines) + "\n")
    (volume.RESTORING / "pg_hba.conf").write_text("local all postgres peer\n")
    LOG.touch(mode=0o640)
    command = [*in_unit(UNIT), f"--property=RuntimeDirectory={pathlib.Path(SOCKET).name}", "--property=KillMode=mixed", "--property=KillSignal=SIGINT"]
    command += ["--property=TimeoutStopSec=600", f"--property=StandardOutput=append:{LOG}", f"--property=StandardError=append:{LOG}"]
    command += [str(volume.PROGRAMS / "postgres"), "-D", str(data), "-c", f"config_file={volume.RESTORING}/postgresql.conf"]
    for setting in settings:
        command += ["-c", setting]
    LOG.write_text("")
    subprocess.run(command, check=True, capture_output=True)


def in_unit(name):
    return ["systemd-run", "--quiet", "--collect", f"--unit={name}", "--property=User=postgres", "--property=Group=postgres"]


def stop():
    run(["systemctl", "stop", UNIT], "")


def end_earlier():
    """Whatever a run that was killed has left, so that nobody else writes to the folder."""
    run(["systemctl", "kill", "--signal=KILL", UNIT, RESTORE_UNIT], "")
    run(["systemctl", "stop", UNIT, RESTORE_UNIT], "")


def ask(statement):
    """The answer's columns; None: not yet."""
    psql = [str(volume.PROGRAMS / "psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--host", SOCKET, "--command", statement]
    result = run([*AS_POSTGRES, *psql, "postgres"], "", 60, cwd="/")
    return result.stdout.strip().split("|") if result.returncode == 0 else None


def wait_for(statement, expected):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := ask(statement)) is None or answer[0] != expected:
        if run(["systemctl", "is-active", "--quiet", UNIT], "").returncode != 0:
            raise Died(LOG.read_text())
        if time.monotonic() > deadline:
            raise Died(f"no end after {PATIENCE_SECONDS} s")
        time.sleep(0.1)


def pause_at(backup, store):
    """Exactly where the manifest was taken."""
    start(f"recovery_target_name={backup.point}", "recovery_target_action=pause", "archive_mode=off")
    try:
        wait_for("SELECT pg_get_wal_replay_pause_state()", "paused")
    except Died as died:
        said = f"the log ends before {backup.point}" if TARGET_NOT_REACHED in died.args[0] else "PostgreSQL ended"
        raise Refused(
            f"the backup {backup.label} could not be brought to its restore point; nothing was changed",
            f"{said}: {errors(died.args[0])}",
            advice(store, backup),
        ) from None


def compare(backup, manifest, store):
    """Gives the number of tables and rows."""
    file = volume.RESTORING / "manifest.json"
    file.write_text(json.dumps(manifest))
    result = run([f"{LIBRARY}/manifest", "--compare", str(file), "--socket", SOCKET], "", PATIENCE_SECONDS)
    if result.returncode == 2:
        raise Refused("the restored database could not be compared with its manifest; nothing was changed", result.stderr.strip(), "run 'pulumi up' again")
    if result.returncode != 0:
        found = result.stdout.strip().splitlines()
        raise Refused(
            f"the database restored from {backup.label} is not what was backed up; nothing was changed",
            f"{len(found)} differences, such as: {found[0]}",
            others(store, backup),
        )
    return len(manifest["tables"]), sum(table["rows"] for table in manifest["tables"].values())


def promote_here():
    ask("SELECT pg_wal_replay_resume()")
    wait_for("SELECT pg_is_in_recovery()", "f")


def replay(backup, store, moment, archive):
    """On to the newest log, or to the moment. Nothing is archived yet; what is to be waits for the real server."""
    archiving = ("archive_mode=on", "archive_command=") if archive else ("archive_mode=off",)
    limits = () if moment is None else (f"recovery_target_time={moment:%Y-%m-%d %H:%M:%S+00}", "recovery_target_action=promote")
    try:
        try:
            start(*archiving, *limits)
            wait_for("SELECT pg_is_in_recovery()", "f")
            whole = limits == ()
        except Died as died:
            if not limits or TARGET_NOT_REACHED not in died.args[0]:
                raise
            # No transaction is newer than the moment, so all of the log is wanted.
            start(*archiving)
            wait_for("SELECT pg_is_in_recovery()", "f")
            whole = True
    except Died as died:
        raise Refused(f"the log after the backup {backup.label} could not be replayed; nothing was changed", errors(died.args[0]), advice(store, backup)) from None
    if whole:
        check_end(backup, store)


def check_end(backup, store):
    """PostgreSQL takes a segment that it cannot get, or that makes no sense, for the end of the log. Here it is known where
    that is."""
    timeline, end = replayed_to()
    wanted = store.archived_to
    if wanted is None or (timeline, end) >= (int(wanted[:8], 16), segment_start(wanted) + segment_bytes()):
        return
    # The last record may go on in a segment that was never archived.
    if segment_name(timeline, end) == wanted and end != segment_start(wanted) and is_sound(wanted, store):
        return
    raise Refused(
        "the write-ahead log in the backup has a gap; nothing was changed",
        f"it goes on to {wanted}, and {segment_name(timeline, end)} is missing or damaged ({errors(LOG.read_text())})",
        f"restore that object's earlier version in the bucket (docs/outage.md); to do without what came after it, set imera:recoveryTime to {last_transaction() or 'a time before it'} and run 'pulumi up'",
    )


def is_sound(segment, store):
    data = volume.RESTORING / "main"
    place = data / "imera-segment"
    options = [f"--stanza={STANZA}", f"--pg1-path={data}", "--no-archive-async"]
    result = run([*AS_POSTGRES, "pgbackrest", *options, "archive-get", segment, str(place)], "", PATIENCE_SECONDS, cwd="/")
    if result.returncode != 0:
        return False
    with place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha1").hexdigest()
    place.unlink()
    return digest == digest_of(segment, store.archive)


def replayed_to():
    """Timeline and place that the promotion left."""
    newest = max((volume.RESTORING / "main/pg_wal").glob("*.history"), key=lambda path: path.name)
    last = [line for line in newest.read_text().splitlines() if re.match(r"\s*\d", line)][-1].split()
    return int(last[0]), number(last[1])


def segment_bytes():
    return int(volume.control_data(volume.RESTORING / "main")["Bytes per WAL segment"])


def segment_start(name):
    return (int(name[8:16], 16) << 32) + int(name[16:24], 16) * segment_bytes()


def segment_name(timeline, place):
    return f"{timeline:08X}{place >> 32:08X}{(place & 0xFFFFFFFF) // segment_bytes():08X}"


def last_transaction():
    """When the newest transaction that was replayed was committed, RFC 3339; None: none was."""
    answer = ask("SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    return answer[0] if answer and answer[0] else None


def close():
    """A clean end, with no setting left that belonged to the restore."""
    for name in ("restore_command", "recovery_target_timeline"):
        ask(f"ALTER SYSTEM RESET {name}")
    stop()
    state = volume.control_data(volume.RESTORING / "main")["Database cluster state"]
    if state != "shut down":
        raise Refused("the restored database did not end well; nothing was changed", f"its state is '{state}': {errors(LOG.read_text())}", "run 'pulumi up' again")


def errors(text):
    """What matters of a log: pgBackRest's and PostgreSQL's own words, without times and without headers of HTTP."""
    found = [match.strip() for match in re.findall(r"(?:ERROR|FATAL|PANIC): +(.+)", text)]
    distinct = list(dict.fromkeys(line for line in found if TARGET_NOT_REACHED not in line and "terminating" not in line))
    return "; ".join(line[:240] for line in distinct[:3]) or (text.strip().splitlines() or ["it said nothing"])[-1][:240]
