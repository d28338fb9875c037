"""Backup of the database, made into a running server beside the real one: restored, verified, and brought up to the newest log."""

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from datetime import datetime

from node import pgbackrest, postgres
from node.commands import owner_ids, run
from node.facts import place
from node.pgbackrest import STANZA
from node.postgres import lsn_to_int, segment_name, segment_number, segment_timeline
from node.trouble import Trouble

from . import server, volume
from .decision import earlier_backup
from .restored_files import Manifest
from .server import TARGET_NOT_REACHED, Died, errors_in
from .store import Backup, RestorePoint, Store, archived_sha1, archived_to
from .timelines import Timeline

SPOOL = place("/var/spool/pgbackrest/archive") / STANZA / "in"
MARGIN_BYTES = 256 * 1024 * 1024


def restore(backup: Backup, store: Store, timeline: Timeline) -> None:
    """Restores the files of the backup into a folder of their own, to go on along the timeline. Raises Trouble."""
    ensure_room(backup)
    cluster = volume.restoring("main")
    cluster.mkdir(mode=0o700)
    shutil.chown(cluster, *owner_ids(postgres.USER))
    if SPOOL.exists():
        shutil.rmtree(SPOOL)
    command = [
        "pgbackrest",
        f"--stanza={STANZA}",
        f"--set={backup.label}",
        "--type=default",
        f"--target-timeline={timeline.number}",
        f"--pg1-path={cluster}",
        "restore",
    ]
    result = run(
        [*server.in_unit(server.RESTORE_UNIT), "--wait", "--pipe", *command],
        what="no end of the restore",
        timeout_seconds=server.TIMEOUT_SECONDS,
    )
    if result.returncode != 0:
        raise Trouble(
            f"the backup {backup.label} could not be restored; nothing was changed",
            errors_in(result.stderr),
            advice(store, backup),
        )


def ensure_room(backup: Backup) -> None:
    """Raises Trouble unless the volume has room for the database beside the one that is there."""
    needed = int(backup.size_bytes * 1.2) + MARGIN_BYTES
    if volume.free_bytes() >= needed:
        return
    aside = volume.set_aside()
    delete = f", or delete what earlier restores have set aside on the node: {' '.join(aside)}" if aside else ""
    raise Trouble(
        "the volume is too small to restore to",
        f"the backup {backup.label} needs {needed >> 20} MiB, {volume.free_bytes() >> 20} MiB are free",
        f"set imera:volumeSizeGiB higher and run 'pulumi up'{delete}",
    )


def advice(store: Store, backup: Backup) -> str:
    """Gives what to do about a backup that is damaged."""
    return f"see whether an earlier version of the object is in the bucket (docs/outage.md); {earlier_backup(store, backup)}"


def verify(backup: Backup, point: RestorePoint, manifest: Manifest, store: Store) -> tuple[int, int]:
    """Compares the database at its restore point with its manifest. Gives the numbers of tables and rows."""
    pause_at(backup, point, store)
    return compare(backup, manifest, store)


def pause_at(backup: Backup, point: RestorePoint, store: Store) -> None:
    """Replays the log exactly to where the manifest was taken."""
    server.start(f"recovery_target_name={point.name}", "recovery_target_action=pause", "archive_mode=off")
    try:
        server.wait_for("SELECT pg_get_wal_replay_pause_state()", "paused")
    except Died as died:
        reason = f"the log ends before {point.name}" if TARGET_NOT_REACHED in died.log else "PostgreSQL ended"
        raise Trouble(
            f"the backup {backup.label} could not be brought to its restore point; nothing was changed",
            f"{reason}: {errors_in(died.log)}",
            advice(store, backup),
        ) from None


def compare(backup: Backup, manifest: Manifest, store: Store) -> tuple[int, int]:
    """Compares the database with its manifest. Gives the numbers of tables and rows. Raises Trouble where they differ."""
    file = volume.restoring("manifest.json")
    file.write_text(json.dumps(manifest))
    command = [str(server.LIBRARY / "manifest"), "--compare", str(file), "--socket", server.SOCKET_FOLDER]
    result = run(command, what="the comparison did not end", timeout_seconds=server.TIMEOUT_SECONDS)
    if result.returncode == 2:
        raise Trouble(
            "the restored database could not be compared with its manifest; nothing was changed",
            result.stderr.strip(),
            "run 'pulumi up' again",
        )
    if result.returncode != 0:
        found = result.stdout.strip().splitlines()
        raise Trouble(
            f"the database restored from {backup.label} is not what was backed up; nothing was changed",
            f"{len(found)} differences, such as: {found[0]}",
            earlier_backup(store, backup),
        )
    return len(manifest["tables"]), sum(table["rows"] for table in manifest["tables"].values())


def promote_here() -> None:
    """Ends the recovery where the log was paused."""
    server.query("SELECT pg_wal_replay_resume()")
    server.wait_for("SELECT pg_is_in_recovery()", "f")


def replay(backup: Backup, store: Store, timeline: Timeline, time: datetime | None, archive: bool) -> None:
    """Replays the timeline's log to its end, or to the time. archive: keep what is to be archived for the real server; nothing is archived yet."""
    archiving = ("archive_mode=on", "archive_command=") if archive else ("archive_mode=off",)
    try:
        whole = replay_to_end(archiving) if time is None else replay_to_time(archiving, time)
    except Died as died:
        raise Trouble(
            f"the log after the backup {backup.label} could not be replayed; nothing was changed",
            errors_in(died.log),
            advice(store, backup),
        ) from None
    check_timeline(timeline)
    if whole:
        check_end(store, timeline)


def replay_to_end(settings: Sequence[str]) -> bool:
    """Replays all of the log. Gives whether it did so."""
    server.start(*settings)
    server.wait_for("SELECT pg_is_in_recovery()", "f")
    return True


def replay_to_time(settings: Sequence[str], time: datetime) -> bool:
    """Replays the log to the first transaction after the time. Gives whether all of the log was replayed."""
    try:
        server.start(*settings, f"recovery_target_time={time:%Y-%m-%d %H:%M:%S+00}", "recovery_target_action=promote")
        server.wait_for("SELECT pg_is_in_recovery()", "f")
        return False
    except Died as died:
        if TARGET_NOT_REACHED not in died.log:
            raise
        # No transaction is newer than the time, so all of the log is wanted.
        return replay_to_end(settings)


def check_timeline(timeline: Timeline) -> None:
    """Raises Trouble unless the timeline is the one that was replayed."""
    reached, _ = replayed_to()
    if reached == timeline.number:
        return
    raise Trouble(
        "the restored database is of another history than was asked for; nothing was changed",
        f"it is on timeline {reached}, and that time is on timeline {timeline.number}",
        "run it again; if that does not help, choose another time",
    )


def check_end(store: Store, timeline: Timeline) -> None:
    """Raises Trouble unless the log was replayed to the end of the timeline's archive.

    PostgreSQL takes a segment that it cannot get, or that makes no sense, for the end of the log.
    """
    reached_timeline, end = replayed_to()
    newest, size = archived_to(store, timeline.number), segment_bytes()
    if newest is None:
        return
    start = segment_number(newest, size) * size
    if (reached_timeline, end) >= (segment_timeline(newest), start + size):
        return
    reached = segment_name(reached_timeline, end // size, size)
    # The last record may go on in a segment that was never archived.
    if reached == newest and end != start and is_sound(newest, store):
        return
    raise Trouble(
        "the write-ahead log in the backup has a gap; nothing was changed",
        f"it goes on to {newest}, and {reached} is missing or damaged ({errors_in(server.log_text())})",
        f"restore that object's earlier version in the bucket (docs/outage.md); to do without what came after it, set imera:recoveryTime to {server.last_transaction() or 'a time before it'} and run 'pulumi up'",
    )


def is_sound(segment: str, store: Store) -> bool:
    """Whether the archived segment has the checksum that it was archived with."""
    cluster = volume.restoring("main")
    copy = cluster / "imera-segment"
    options = (f"--pg1-path={cluster}", "--no-archive-async")
    result = pgbackrest.pgbackrest(
        *options,
        "archive-get",
        segment,
        str(copy),
        what="no end of archive-get",
        timeout_seconds=server.TIMEOUT_SECONDS,
    )
    if result.returncode != 0:
        return False
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha1").hexdigest()
    copy.unlink()
    return digest == archived_sha1(segment, str(store.archive))


def replayed_to() -> tuple[int, int]:
    """Gives the timeline that the promotion left, and the position in bytes at which it did."""
    newest = max(volume.restoring("main/pg_wal").glob("*.history"), key=lambda path: path.name)
    last = [line for line in newest.read_text().splitlines() if re.match(r"\s*\d", line)][-1].split()
    return int(last[0]), lsn_to_int(last[1])


def segment_bytes() -> int:
    """Gives the size of the restored cluster's WAL segments."""
    return int(postgres.control_data(volume.restoring("main"))["Bytes per WAL segment"])


def close() -> None:
    """Ends the server cleanly, with no setting left that belonged to the restore. Raises Trouble."""
    for name in ("restore_command", "recovery_target_timeline"):
        server.query(f"ALTER SYSTEM RESET {name}")
    server.stop()
    state = postgres.control_data(volume.restoring("main"))["Database cluster state"]
    if state != "shut down":
        raise Trouble(
            "the restored database did not end well; nothing was changed",
            f"its state is '{state}': {errors_in(server.log_text())}",
            "run 'pulumi up' again",
        )
