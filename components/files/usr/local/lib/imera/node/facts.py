"""Facts of this node and of its network (/etc/imera/node.json), its secrets, and the root that its paths are below."""

import functools
import json
import os
import pathlib
from typing import Literal, TypedDict, cast

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
    adminJid: str
    adminUser: str
    canaryUser: str
    mountPoint: str
    uploadDirectory: str
    database: Database
    apiPort: int
    listeners: list[Listener]
    purpose: Literal["serve", "drill"]
    backup: BackupStore
    recovery: RecoveryChoice
    secretPatterns: dict[str, str]


def place(path: str) -> pathlib.Path:
    """Gives an absolute path of a node as it is on this machine: below IMERA_ROOT, which tests set."""
    return ROOT / path.lstrip("/")


FACTS = place("/etc/imera/node.json")
SECRETS = place("/etc/imera/secrets.json")


@functools.cache
def facts() -> Facts:
    """Reads node.json, once a process. Raises OSError or ValueError."""
    return cast(Facts, json.loads(FACTS.read_text()))


def secrets() -> dict[str, str]:
    """Reads the secrets by name. Raises OSError or ValueError."""
    return cast(dict[str, str], json.loads(SECRETS.read_text()))


def is_drill() -> bool:
    """Whether this node tries a restore: it backs nothing up, archives nothing and orders no certificate."""
    return facts()["purpose"] == "drill"


def data(name: str = "") -> pathlib.Path:
    """Gives a path on the data volume."""
    return place(facts()["mountPoint"]) / name
