"""What a node does with its volume and its backups. Decides only; every answer that is not certain is a refusal."""

import dataclasses

from .refused import Refused

SET_CHOICE = "'pulumi config set imera:recovery {}', then 'pulumi up'"
MEND = {
    "unreachable": "see whether the backup store answers and run 'pulumi up' again",
    "refused": "give the node a key that may read the bucket: 'pulumi up --refresh' makes a new one where the old one is gone",
    "missing": "set imera:backupBucket to the bucket that has the backups; if there never was one, 'pulumi up --refresh' makes it",
    "locked": "set imera:backupPassphrase to the one that the backups were made with and run 'pulumi up'",
    "unclear": "see whether the backup store is well and run 'pulumi up' again",
    "damaged": "restore the damaged objects in the bucket from their earlier versions (docs/outage.md) and run 'pulumi up'",
    "useless": "if the backups are elsewhere, set imera:backupBucket; if there is nothing to restore, empty the bucket or use a new one",
}
# Where it is not known whether there is a backup, the operator may say that there is none. A bucket that has something is
# never begun anew: its backups would be cleared away after their days.
MAY_INITIALISE = ("unreachable", "refused")


@dataclasses.dataclass(frozen=True)
class Volume:
    """What the volume has. segments: names in pg_wal."""

    complete: bool
    damage: str = ""
    system_id: str = ""
    timeline: int = 0
    redo_segment: str = ""
    segments: frozenset = frozenset()


@dataclasses.dataclass(frozen=True)
class Decision:
    """outcome: volume, backup or initialised. backup: the one to restore."""

    outcome: str
    note: str
    backup: object = None


def decide(volume, store, choice, time, drill=False):
    """choice, time: of the settings `recovery` and `recoveryTime`; time is a datetime or None."""
    if volume.complete:
        return with_data(volume, store, choice, time)
    if store.kind == "ready":
        if choice == "initialise":
            refuse_to_initialise(store)
        return restore(store, choice, time)
    if drill:
        raise Refused("there is no backup to try", store.why or "the bucket is empty", MEND.get(store.kind, "make one with 'npm run backup -- --now'"))
    if store.kind in ("none", "empty"):
        return Decision("initialised", store.why or "the backup store is empty")
    if choice == "initialise":
        if store.kind not in MAY_INITIALISE:
            refuse_to_initialise(store)
        return Decision("initialised", f"as imera:recovery says; whether there is a backup is not known: {store.why}")
    todo = MEND[store.kind]
    if store.kind in MAY_INITIALISE:
        todo += f". Only when you are sure that there is nothing to restore: {SET_CHOICE.format('initialise')}"
    raise Refused("it is not known what to restore, and the volume is empty; nothing was changed", store.why, todo)


def refuse_to_initialise(store):
    raise Refused(
        "imera:recovery is 'initialise', and the bucket is not empty; nothing was changed",
        store.why or f"it holds the backup {store.backups[0].label}",
        f"to restore it, {SET_CHOICE.format('auto')}; to begin anew, use a new bucket (imera:backupBucket), so that this one stays as it is",
    )


def with_data(volume, store, choice, time):
    disagreement = conflict(volume, store)
    if disagreement is None:
        return Decision("volume", compared(store))
    if choice == "volume":
        return Decision("volume", f"as imera:recovery says, although {disagreement}")
    if choice == "backup":
        if not store.backups:
            raise Refused("imera:recovery is 'backup', and there is none", store.why, MEND.get(store.kind, SET_CHOICE.format("volume")))
        return restore(store, choice, time)
    raise Refused(
        "the volume and the backup disagree; nothing was changed",
        disagreement,
        f"say which of them counts: {SET_CHOICE.format('volume')}, or {SET_CHOICE.format('backup')}, which moves the volume's data aside",
    )


def compared(store):
    if store.kind == "ready":
        return f"same database as in the backup, whose log ends at {store.archived_to}"
    if store.kind in ("none", "empty"):
        return "there is no backup to compare it with"
    return f"it could NOT be compared with the backup: {store.why}"


def conflict(volume, store):
    """Why the volume cannot simply be used; None: it can."""
    if volume.damage:
        return f"the volume's database cannot be read ({volume.damage})"
    if store.kind not in ("ready", "useless") or store.system_id is None:
        return None
    if store.system_id != volume.system_id:
        return f"the volume has the database {volume.system_id}, the backup is of another, {store.system_id}"
    if store.archived_to is None:
        return None
    timeline = int(store.archived_to[:8], 16)
    if timeline > volume.timeline:
        return f"the backup goes on in timeline {timeline}, the volume ends in timeline {volume.timeline}: the volume is an older copy"
    if timeline == volume.timeline and store.archived_to not in volume.segments and store.archived_to >= volume.redo_segment:
        return f"the backup's log goes on to {store.archived_to}, the volume ends before that (its last checkpoint is in {volume.redo_segment}): the volume is an older copy"
    return None


def restore(store, choice, time):
    backup = newest(store, time, choice == "backup")
    until = f" until {time:%Y-%m-%dT%H:%M:%SZ}" if time else ""
    return Decision("backup", f"{backup.label}{until}", backup)


def newest(store, time, may_be_unverified=False):
    """The newest backup that ends before the time, is on the line that the log took, and has a manifest."""
    on_line = [backup for backup in store.backups if is_on_line(backup, store)]
    verifiable = [backup for backup in on_line if backup.snapshot is not None]
    early_enough = [backup for backup in verifiable if time is None or backup.point_at <= time]
    if early_enough:
        return early_enough[0]
    if may_be_unverified and time is None and on_line:
        return on_line[0]
    if verifiable:
        raise Refused(
            f"no backup is old enough for {time:%Y-%m-%dT%H:%M:%SZ}",
            f"the oldest is of {verifiable[-1].point_at:%Y-%m-%dT%H:%M:%SZ}",
            "choose a time after that",
        )
    raise Refused(
        "no backup can be verified",
        f"{len(on_line)} backups are there, and none has its manifest in the store",
        f"to restore the newest all the same, {SET_CHOICE.format('backup')}",
    )


def is_on_line(backup, store):
    """A backup that was made on a timeline after it was left is of a history that did not go on."""
    fork = store.forks.get(backup.timeline)
    return fork is None or number(backup.stop_lsn) <= number(fork)


def number(lsn):
    """A place in the write-ahead log, such as 0/3000028, as a number."""
    high, low = lsn.split("/")
    return int(high, 16) << 32 | int(low, 16)


def others(store, backup):
    """What else could be restored, as advice."""
    rest = [other for other in store.backups if other.snapshot and other.point_at < backup.point_at] if backup.point_at else []
    if not rest:
        return "there is no earlier backup"
    return f"an earlier backup is {rest[0].label}: 'pulumi config set imera:recoveryTime {rest[0].point_at:%Y-%m-%dT%H:%M:%SZ}' restores that one"
