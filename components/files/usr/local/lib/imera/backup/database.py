"""PostgreSQL's part of a backup: pgBackRest, and the point of the log at which the manifest is taken."""

import json
import re
import time

from . import state, store
from .state import Failed

STANZA = "imera"
LIBRARY = "/usr/local/lib/imera"
AS_POSTGRES = ("--reuid", "postgres", "--regid", "postgres", "--init-groups", "--reset-env")
ARCHIVE_PATIENCE_SECONDS = 180
# What pgBackRest's words mean to the operator: pattern, why, what to do.
MEANINGS = (
    (r"\[056\]", "PostgreSQL takes no connection", "see 'systemctl status postgresql@17-main' and the free space on the volume"),
    (r"CryptoError|unable to flush|cipher header|is or was the repo encrypted", "the passphrase is not the one that the backups were made with", "set imera:backupPassphrase to the former one and run 'pulumi up'; nothing was overwritten"),
    (r"do not match the database|stanza-upgrade|\[028\]|\[051\]", "the store holds the backups of another database", "if this network was meant to begin anew, set imera:recovery to 'initialise' or use another bucket; if not, restore with imera:recovery set to 'backup'"),
    (r"unable to get address|unable to connect|HostConnectError|\[049\]|timeout connecting|Connection refused|No route", "the backup store cannot be reached", "see whether it answers; the backup is made up for by itself"),
    (r"\b403\b|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch", "the backup store refuses the node's key", "run 'pulumi up --refresh': it makes a new key where the old one is gone"),
    (r"\[055\]", "the store has lost files", "bring them back from the bucket's earlier versions, which it keeps for imera:backupKeepDays; or begin another bucket with imera:backupBucket"),
    (r"NoSuchBucket", "the bucket is gone", "run 'pulumi up --refresh': it makes a new one"),
)


def pgbackrest(*arguments, what, timeout_seconds=None):
    command = [*AS_POSTGRES, "pgbackrest", f"--stanza={STANZA}", *arguments]
    result = state.run(command, what, timeout_seconds, cwd="/")
    if result.returncode != 0:
        raise meant(what, result.stderr or result.stdout)
    return result.stdout


def meant(what, output):
    said = " ".join(re.findall(r"(?:ERROR: *(\[\d+\]:.*))", output)[:1]) or output.strip()[-300:]
    for pattern, why, todo in MEANINGS:
        if re.search(pattern, output):
            return Failed(what, f"{why} ({said[:200]})", todo)
    return Failed(what, said, "see 'journalctl -u imera-backup'; run 'imera-backup now' again when the cause is mended")


def psql(statement):
    command = [*AS_POSTGRES, "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
    result = state.run([*command, "--command", statement], "PostgreSQL was asked", 60, cwd="/")
    if result.returncode != 0:
        raise Failed("PostgreSQL does not answer", result.stderr.strip(), "see 'systemctl status postgresql@17-main'")
    return result.stdout.strip()


def prepare():
    """The store has a place for this cluster's backups. Whatever is there already is left alone, or it fails."""
    store.ensure_reachable()
    try:
        stanza("stanza-create")
    except Failed as failed:
        # The operator has decided that this network begins anew beside its older backups.
        begun_anew = state.facts().get("recovery", {}).get("choice") == "initialise"
        if "another database" in failed.why and begun_anew:
            stanza("stanza-upgrade")
        elif "[055]" in failed.why and clear_half_made():
            stanza("stanza-create")
        else:
            raise


def stanza(command):
    pgbackrest(command, what="backups cannot be set up", timeout_seconds=300)


def clear_half_made():
    """A stanza whose creation was cut off has one of its two descriptions, and perhaps segments of the log, which are of no use
    without a backup. Whether it was one; whatever has a backup is left alone."""
    what = "backups cannot be set up"
    backups = pgbackrest("repo-ls", f"backup/{STANZA}", what=what, timeout_seconds=300).split()
    if not set(backups) <= {"backup.info", "backup.info.copy"}:
        return False
    for part in ("backup", "archive"):
        pgbackrest("repo-rm", "--recurse", f"{part}/{STANZA}", what=what, timeout_seconds=300)
    return True


def info():
    """pgBackRest's own account of the stanza: backups and archive. The newest backup is the last one."""
    stanzas = json.loads(pgbackrest("info", "--output=json", what="the backups cannot be listed", timeout_seconds=300))
    found = next((stanza for stanza in stanzas if stanza["name"] == STANZA), None)
    if found is None:
        return {"backup": [], "archive": [], "db": []}
    if found["status"]["code"] not in (0, 2):
        raise meant("the backups cannot be listed", json.dumps([found["status"], found.get("repo")]))
    return found


def of_this_cluster(known):
    """Backups of the cluster that runs here, oldest first: a stanza keeps those of its forerunner, too."""
    system = psql("SELECT system_identifier FROM pg_control_system()")
    ours = {entry["id"] for entry in known["db"] if str(entry["system-id"]) == system}
    return [backup for backup in known["backup"] if backup["database"]["id"] in ours and not backup["error"]]


def back_up(kind):
    """Makes a backup and proves that it holds a database. Gives its entry of `info`."""
    started = time.time()
    pgbackrest("backup", f"--type={kind}", what="the database could not be backed up")
    made = [backup for backup in of_this_cluster(info()) if backup["timestamp"]["start"] >= started - 60]
    todo = "run 'imera-backup now --full'"
    if not made:
        raise Failed("the database could not be backed up", "pgBackRest said so, and its list has no such backup", todo)
    label = made[-1]["label"]
    detail = json.loads(pgbackrest("info", f"--set={label}", "--output=json", what="the backup cannot be read"))
    databases = [entry["name"] for entry in detail[0]["backup"][0].get("database-ref") or []]
    if state.facts()["database"]["name"] not in databases or made[-1]["info"]["size"] == 0:
        raise Failed("the backup is not one", f"{label} holds the databases {databases or 'none'}", todo)
    return made[-1]


def manifest():
    """The tables at a new restore point that is proved to be in the archive."""
    point = f"imera-{state.now().strftime('%Y%m%dT%H%M%SZ')}"
    what = "the manifest could not be made"
    result = state.run([f"{LIBRARY}/manifest", "--restore-point", point], what, 7200)
    if result.returncode != 0:
        raise Failed(what, result.stderr.strip(), "run 'imera-backup now' again")
    document = json.loads(result.stdout)
    if document["tables"].get("users", {}).get("rows", 0) == 0:
        raise Failed("the backup is not one", "the database holds no account", "see 'ejabberdctl registered_users'")
    archive_all()
    return document


def archive_all():
    """Everything that is in the log now is in the store afterwards. PostgreSQL only ends a segment that has something in it."""
    segment = psql("SELECT pg_walfile_name(pg_logical_emit_message(false, 'imera', 'end of a backup'))")
    psql("SELECT pg_switch_wal()")
    deadline = time.monotonic() + ARCHIVE_PATIENCE_SECONDS
    while segment not in segments_in_store(segment[:16]):
        if time.monotonic() > deadline:
            last = psql("SELECT coalesce(last_failed_wal, 'none') FROM pg_stat_archiver")
            raise Failed(
                "the write-ahead log is not archived",
                f"{segment} is not in the store after {ARCHIVE_PATIENCE_SECONDS} s; last failure: {last}",
                "see /var/log/postgresql/postgresql-17-main.log",
            )
        time.sleep(1)


def segments_in_store(folder):
    """Names of the archived segments in one folder of the archive, such as 0000000100000000."""
    archives = info()["archive"]
    found = set()
    for archive in archives:
        listing = pgbackrest("repo-ls", f"archive/{STANZA}/{archive['id']}/{folder}", what="the archive cannot be listed")
        found |= {line[:24] for line in listing.splitlines() if re.match(r"[0-9A-F]{24}-", line)}
    return found


def gap():
    """The first segment that is missing in the archive between the newest backup and its end; None: it is whole."""
    store.ensure_reachable()
    # A gap is seen only when something has come after it.
    archive_all()
    known = info()
    backups = of_this_cluster(known)
    if not backups:
        return None
    first = backups[-1]["archive"]["stop"]
    last = max((archive["max"] or "" for archive in known["archive"]), default="")
    if first[:8] != last[:8]:
        return None
    per_folder = 0x100000000 // int(psql("SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'"))
    low, high = number(first, per_folder), number(last, per_folder)
    names = [name(first[:8], index, per_folder) for index in range(low, high + 1)]
    there = set().union(*(segments_in_store(folder) for folder in sorted({entry[:16] for entry in names})))
    return next((entry for entry in names if entry not in there), None)


def number(segment, per_folder):
    return int(segment[8:16], 16) * per_folder + int(segment[16:24], 16)


def name(timeline, index, per_folder):
    return f"{timeline}{index // per_folder:08X}{index % per_folder:08X}"
