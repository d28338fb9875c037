"""Facts of this node and of its network (/etc/imera/node.json), its secrets, and the root that its paths are below."""

import functools
import json
import os
import pathlib
from typing import Literal, TypedDict, cast

from . import atomic, documents
from .trouble import Trouble

ROOT = pathlib.Path(os.environ.get("IMERA_ROOT", "/"))

# Setting recovery: which data counts.
Choice = Literal["auto", "volume", "backup", "initialise"]


class Database(TypedDict):
    """PostgreSQL as ejabberd uses it. version: the major version, such as "17"."""

    name: str
    user: str
    host: str
    port: int
    version: str


class BackupStore(TypedDict):
    """S3 bucket of the backups. endpoint: host name. keepDays: retention in days. hour: of the daily backup, in UTC."""

    endpoint: str
    region: str
    bucket: str
    keepDays: int
    hour: int


class UploadLimits(TypedDict):
    """Settings by which ejabberd deletes uploads: those that are older than keepDays, and the oldest of a user who has too much."""

    keepDays: int
    quotaMiB: int
    maxFileMiB: int


class Retention(TypedDict):
    """Days until messages, push sessions and pubsub items are deleted, and the size of one archive. 0: never, without end."""

    archiveDays: int
    offlineDays: int
    pushDays: int
    pubsubDays: int
    archiveQuotaMiB: int


class TokenEnd(TypedDict):
    """Token of the operator's, by a name. until: the last day on which it works, such as "2027-06-30"."""

    token: str
    until: str


class RecoveryChoice(TypedDict):
    """Settings recovery and recoveryTime. time: RFC 3339 in UTC; None: the newest."""

    choice: Choice
    time: str | None


class Listener(TypedDict):
    """Service that listens on the node, with its range of ports."""

    name: str
    transports: list[str]
    firstPort: int
    lastPort: int
    tls: Literal["direct", "starttls", "none"]
    certificateNames: list[str]


class Facts(TypedDict):
    """What Python reads of node.json. components/model/node-facts.ts describes each field."""

    domain: str
    nodeName: str
    hosts: dict[str, str]
    adminJid: str
    adminUser: str
    canaryUser: str
    watchUser: str
    mountPoint: str
    uploadDirectory: str
    database: Database
    apiPort: int
    listeners: list[Listener]
    purpose: Literal["serve", "drill"]
    backup: BackupStore
    uploads: UploadLimits
    retention: Retention
    tokenEnds: list[TokenEnd]
    recovery: RecoveryChoice
    secretPatterns: dict[str, str]


def place(path: str) -> pathlib.Path:
    """Gives an absolute path of a node as it is on this machine: below IMERA_ROOT, which tests set."""
    return ROOT / path.lstrip("/")


FACTS = place("/etc/imera/node.json")
SECRETS = place("/etc/imera/secrets.json")


@functools.cache
def facts() -> Facts:
    """Reads node.json, once a process. Raises Trouble."""
    return cast(Facts, delivered(FACTS))


def secrets() -> dict[str, str]:
    """Reads the secrets by name. Raises Trouble."""
    return cast(dict[str, str], delivered(SECRETS))


def keep_secrets(named: dict[str, str]) -> bool:
    """Writes the secrets by name, for root only. Gives whether that changed anything. Raises OSError."""
    content = json.dumps(named, indent=1, sort_keys=True) + "\n"
    return atomic.install(SECRETS, content, 0o600, (os.geteuid(), os.getegid()))


def forget_secret(name: str) -> None:
    """Takes a secret off this node, where it is there. Raises Trouble or OSError."""
    keep_secrets({other: value for other, value in secrets().items() if other != name})


def delivered(path: pathlib.Path) -> dict[str, object]:
    """Reads a document that 'pulumi up' delivers. Raises Trouble."""
    todo = "run 'pulumi up': it delivers the file again"
    try:
        return documents.read(path, todo)
    except FileNotFoundError:
        raise Trouble(f"{path} cannot be read", "it is missing", todo) from None


def is_drill() -> bool:
    """Whether this node tries a restore: it backs nothing up, archives nothing and orders no certificate."""
    return facts()["purpose"] == "drill"


def data(name: str = "") -> pathlib.Path:
    """Gives a path on the data volume."""
    return place(facts()["mountPoint"]) / name
