"""Decision of a node between its volume and its backups. Every answer that is not certain is a refusal."""

import dataclasses
import datetime

from node.facts import Choice
from node.postgres import lsn_to_int, segment_timeline
from node.timestamps import iso
from node.trouble import Trouble

from .record import Outcome
from .store import Backup, Store
from .timelines import Timeline, live_at

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
    """Database on the volume. damage: why it cannot be read. redo_segment: of its last checkpoint. segments: names in pg_wal."""

    complete: bool
    damage: str = ""
    system_id: str = ""
    timeline: int = 0
    redo_segment: str = ""
    segments: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Decision:
    """Source of the data. note: the reason, or what is done. backup: the one to restore, where the outcome is backup."""

    outcome: Outcome
    note: str
    backup: Backup | None = None


def decide(
    volume: Volume, store: Store, choice: Choice, time: datetime.datetime | None, drill: bool = False
) -> Decision:
    """Decides by what is there and by the settings `recovery` and `recoveryTime`. Raises Trouble where that is not certain."""
    if volume.complete:
        return with_data(volume, store, choice, time)
    if store.kind == "ready":
        if choice == "initialise":
            raise not_empty(store)
        return restore(store, choice, time)
    if drill:
        raise Trouble(
            "there is no backup to try",
            store.why or "the bucket is empty",
            MEND.get(store.kind, "make one with 'npm run backup -- --now --stack STACK'"),
        )
    if store.kind == "empty":
        return Decision("initialised", store.why or "the backup store is empty")
    if choice == "initialise":
        if store.kind not in MAY_INITIALISE:
            raise not_empty(store)
        return Decision("initialised", f"as imera:recovery says; whether there is a backup is not known: {store.why}")
    todo = MEND[store.kind]
    if store.kind in MAY_INITIALISE:
        todo += f". Only when you are sure that there is nothing to restore: {SET_CHOICE.format('initialise')}"
    raise Trouble("it is not known what to restore, and the volume is empty; nothing was changed", store.why, todo)


def not_empty(store: Store) -> Trouble:
    """Gives the refusal to begin anew beside something."""
    return Trouble(
        "imera:recovery is 'initialise', and the bucket is not empty; nothing was changed",
        store.why or f"it holds the backup {store.backups[0].label}",
        f"to restore it, {SET_CHOICE.format('auto')}; to begin anew, use a new bucket (imera:backupBucket), so that this one stays as it is",
    )


def with_data(volume: Volume, store: Store, choice: Choice, time: datetime.datetime | None) -> Decision:
    """Decides for a volume that has a database."""
    disagreement = conflict(volume, store)
    if disagreement is None:
        return Decision("volume", comparison(store))
    if choice == "volume":
        return Decision("volume", f"as imera:recovery says, although {disagreement}")
    if choice == "backup":
        if not store.backups:
            raise Trouble(
                "imera:recovery is 'backup', and there is none",
                store.why,
                MEND.get(store.kind, SET_CHOICE.format("volume")),
            )
        return restore(store, choice, time)
    raise Trouble(
        "the volume and the backup disagree; nothing was changed",
        disagreement,
        f"say which of them counts: {SET_CHOICE.format('volume')}, or {SET_CHOICE.format('backup')}, which moves the volume's data aside",
    )


def comparison(store: Store) -> str:
    """Gives the result of the comparison of a volume with a store that does not contradict it."""
    if store.kind == "ready":
        return f"same database as in the backup, whose log ends at {store.archived_to}"
    if store.kind == "empty":
        return "there is no backup to compare it with"
    return f"it could NOT be compared with the backup: {store.why}"


def conflict(volume: Volume, store: Store) -> str | None:
    """Gives why the volume cannot simply be used; None: it can."""
    if volume.damage:
        return f"the volume's database cannot be read ({volume.damage})"
    if store.kind not in ("ready", "useless") or store.system_id is None:
        return None
    if store.system_id != volume.system_id:
        return f"the volume has the database {volume.system_id}, the backup is of another, {store.system_id}"
    if store.archived_to is None:
        return None
    timeline = segment_timeline(store.archived_to)
    if timeline > volume.timeline:
        return f"the backup goes on in timeline {timeline}, the volume ends in timeline {volume.timeline}: the volume is an older copy"
    if (
        timeline == volume.timeline
        and store.archived_to not in volume.segments
        and store.archived_to >= volume.redo_segment
    ):
        return f"the backup's log goes on to {store.archived_to}, the volume ends before that (its last checkpoint is in {volume.redo_segment}): the volume is an older copy"
    return None


def restore(store: Store, choice: Choice, time: datetime.datetime | None) -> Decision:
    """Decides to restore the newest backup that fits. Raises Trouble where none does."""
    backup = newest(store, time, choice == "backup")
    until = f" until {iso(time)}" if time else ""
    return Decision("backup", f"{backup.label}{until}", backup)


def timeline_at(store: Store, time: datetime.datetime | None) -> tuple[Timeline, datetime.datetime | None]:
    """Gives the timeline that the network was on at the time, and when it left that one. Raises Trouble where that is not known."""
    return live_at(store.timelines, time, [(backup.timeline, backup.finished_at) for backup in store.backups])


def newest(store: Store, time: datetime.datetime | None, may_be_unverified: bool = False) -> Backup:
    """Gives the newest backup that ends before the time, is on the timeline that counts then, and has a manifest."""
    timeline, _ = timeline_at(store, time)
    on_timeline = [backup for backup in store.backups if is_on_timeline(backup, timeline)]
    verifiable = [(backup, backup.restore_point.at) for backup in on_timeline if backup.restore_point is not None]
    early_enough = [backup for backup, at in verifiable if time is None or at <= time]
    if early_enough:
        return early_enough[0]
    if may_be_unverified and time is None and on_timeline:
        return on_timeline[0]
    if verifiable and time is not None:
        raise Trouble(
            f"no backup is old enough for {iso(time)}",
            f"the oldest is of {iso(verifiable[-1][1])}",
            "choose a time after that",
        )
    raise Trouble(
        "no backup can be verified",
        f"{len(on_timeline)} backups are there, and none has its manifest in the store",
        f"to restore the newest all the same, {SET_CHOICE.format('backup')}",
    )


def is_on_timeline(backup: Backup, timeline: Timeline) -> bool:
    """Whether the timeline goes on from the backup. One that was made elsewhere, or after its timeline was left, is of another history."""
    fork = timeline.forks.get(backup.timeline)
    return backup.timeline == timeline.number or (fork is not None and lsn_to_int(backup.stop_lsn) <= lsn_to_int(fork))


def earlier_backup(store: Store, backup: Backup) -> str:
    """Gives advice which backup before this one could be restored."""
    if backup.restore_point is not None:
        for other in store.backups:
            if other.restore_point is not None and other.restore_point.at < backup.restore_point.at:
                time = iso(other.restore_point.at)
                return f"an earlier backup is {other.label}: 'pulumi config set imera:recoveryTime {time}' restores that one"
    return "there is no earlier backup"
