"""Errors of pgBackRest and restic, classified: by pgBackRest's words and codes, by restic's exit codes."""

import re
from typing import Literal

from .trouble import Trouble

Kind = Literal[
    "no-connection",
    "locked",
    "unreadable",
    "other-database",
    "missing",
    "refused",
    "unreachable",
    "lost-files",
    "clock",
]

# In this order. locked: another passphrase. unreadable: what is read makes no sense, as with another passphrase, or damaged.
PGBACKREST_KINDS: tuple[tuple[Kind, str], ...] = (
    ("no-connection", r"\[056\]"),
    ("locked", r"CryptoError|unable to flush|cipher header|is or was the repo encrypted"),
    ("unreadable", r"FormatError|\[029\]"),
    ("other-database", r"do not match the database|stanza-upgrade|\[028\]|\[051\]"),
    ("missing", r"NoSuchBucket|[Bb]ucket does not exist"),
    ("refused", r"\b403\b|Access ?Denied|InvalidAccessKeyId|SignatureDoesNotMatch"),
    # A segment that is not archived in time is said with "before the 60000ms timeout", whatever the cause.
    (
        "unreachable",
        r"unable to get address|unable to connect|HostConnectError|ServiceError|\[049\]|(?<!ms )timeout|Connection refused|No route|\b50[0-9]\b",
    ),
    ("lost-files", r"\[055\]"),
    ("clock", r"\[106\]"),
)
RESTIC_NO_REPOSITORY = 10
RESTIC_LOCKED_REPOSITORY = 11
RESTIC_WRONG_PASSPHRASE = 12

WRONG_PASSPHRASE = (
    "the passphrase is not the one that the backups were made with",
    "set imera:backupPassphrase to the former one and run 'pulumi up'; nothing was overwritten",
)
# What to do where the store's program does not end.
SILENT_STORE_TODO = "see whether the backup store answers; it is tried again by itself"
# Why and what to do, for the operator of a node that makes backups.
MEANINGS: dict[Kind, tuple[str, str]] = {
    "no-connection": (
        "PostgreSQL takes no connection",
        "see 'systemctl status postgresql@*' and the free space on the volume",
    ),
    "locked": WRONG_PASSPHRASE,
    "unreadable": (
        "the list of the backups is damaged",
        "bring the earlier versions of backup.info and archive.info back from the bucket (docs/outage.md, objects that were deleted or damaged)",
    ),
    "other-database": (
        "the store holds the backups of another database",
        "if this network was meant to begin anew, set imera:recovery to 'initialise' or use another bucket; if not, restore with imera:recovery set to 'backup'",
    ),
    "missing": ("the bucket is gone", "run 'pulumi up --refresh': it makes a new one"),
    "refused": (
        "the backup store refuses the node's key",
        "run 'pulumi up --refresh': it makes a new key where the old one is gone",
    ),
    "unreachable": (
        "the backup store cannot be reached",
        "see whether it answers; the backup is made up for by itself",
    ),
    "lost-files": (
        "the store has lost files",
        "bring them back from the bucket's earlier versions, which it keeps for imera:backupKeepDays; or begin another bucket with imera:backupBucket",
    ),
    "clock": (
        "the node's clock is behind the time in the newest backup's label",
        "compare 'timedatectl' with another clock, and set the wrong one right; backups begin again by themselves once the clock has passed that time",
    ),
}


class StoreTrouble(Trouble):
    """Error of pgBackRest. code: its number of the error, such as 55; None: it gave none."""

    def __init__(self, what: str, output: str) -> None:
        words = first_error(output)
        self.kind = classify(output)
        self.code = error_code(words)
        meaning = MEANINGS.get(self.kind) if self.kind else None
        if meaning is None:
            super().__init__(
                what, words, "see 'journalctl -u imera-backup'; run 'imera-backup now' again when the cause is mended"
            )
        else:
            super().__init__(what, f"{meaning[0]} ({words[:200]})", meaning[1])


def classify(output: str) -> Kind | None:
    """Gives the kind of an error by pgBackRest's words; None: another."""
    return next((kind for kind, pattern in PGBACKREST_KINDS if re.search(pattern, output)), None)


def first_error(output: str) -> str:
    """Gives the first error in pgBackRest's output, from its code on: "[055]: unable to open …"."""
    found = re.search(r"ERROR: *(\[\d+\]:.*)", output)
    return found[1] if found else output.strip()[-300:]


def error_code(words: str) -> int | None:
    """Gives the first code of an error in words of pgBackRest."""
    found = re.search(r"\[(\d{3})\]", words)
    return int(found[1]) if found else None


def restic_trouble(what: str, exit_code: int, output: str) -> Trouble:
    """Gives the Trouble that restic ended with."""
    if exit_code == RESTIC_WRONG_PASSPHRASE:
        return Trouble(what, *WRONG_PASSPHRASE)
    if exit_code == RESTIC_LOCKED_REPOSITORY:
        todo = "it is tried again by itself; if it stays, 'restic unlock' with /etc/imera/restic.env"
        return Trouble(what, "somebody else is working on the files' backups", todo)
    kind = classify(output)
    if kind in ("missing", "refused", "unreachable"):
        return Trouble(what, *MEANINGS[kind])
    return Trouble(
        what,
        re.sub(r"\s+", " ", output.strip())[-300:],
        SILENT_STORE_TODO,
    )


def summary(output: str) -> str:
    """Gives the first sentence of an error, and the code of an S3 error: an HTTP error comes with all its headers."""
    code = re.search(r"<Code>(\w+)</Code>", output)
    first = output.removeprefix("other ").strip().split("\n", 1)[0]
    return f"{first[:200].rstrip(':')}{f' {code[1]}' if code else ''}"
