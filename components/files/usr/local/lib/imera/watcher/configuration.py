"""Configuration of an eye: what it watches, as whom, and whom it tells (/etc/imera/watch.json), and its secrets apart."""

import json
import os
import pathlib
from typing import Any, Literal, TypedDict, cast, get_args, get_origin, get_type_hints

from .failure import Failed

CONFIGURATION = pathlib.Path("/etc/imera/watch.json")
SECRETS_NAME = "watch-secrets.json"


class Hosts(TypedDict):
    """Names of the domain's hosts."""

    domain: str
    conference: str
    upload: str
    proxy: str
    pubsub: str
    turn: str


class Node(TypedDict):
    """Node of the network. key: its first label. serviceIpv4: its address in the DNS."""

    key: str
    name: str
    serviceIpv4: str
    publicIpv4: str
    publicIpv6: str
    privateIpv4: str


class Service(TypedDict):
    """Service of every node, with its range of ports."""

    name: str
    transports: list[str]
    firstPort: int
    lastPort: int
    tls: Literal["direct", "starttls", "none"]
    reach: Literal["everyone", "operators"]
    certificateNames: list[str]


class Record(TypedDict):
    """All values that the DNS must answer for a name and type, as dig +short writes them."""

    name: str
    type: Literal["A", "AAAA", "CAA", "CNAME", "SRV", "TXT"]
    values: list[str]


class Configuration(TypedDict):
    """Content of watch.json."""

    version: Literal[1]
    stack: str
    eye: str
    place: str
    role: Literal["watcher", "node", "operator"]
    domain: str
    accountUser: str
    hosts: Hosts
    nodes: list[Node]
    services: list[Service]
    records: list[Record]
    resolvers: list[str]
    ipv6: bool
    peer: str | None
    heartbeats: list[str]
    delaySeconds: int
    dailyLineHour: int | None
    documentation: str | None
    caFile: str | None
    ways: list[dict[str, object]]


class Secrets(TypedDict):
    """Content of watch-secrets.json. ways: those of each way to tell of an alarm, by its name."""

    accountPassword: str
    deadManSwitchUrl: str | None
    ways: dict[str, dict[str, object]]


def read_configuration(path: pathlib.Path = CONFIGURATION) -> Configuration:
    """Reads watch.json. Raises Failed with the path of each field that is wrong."""
    return cast(Configuration, checked(read_json(path), Configuration, path.name))


def read_secrets(folder: pathlib.Path | None = None) -> Secrets:
    """Reads watch-secrets.json from a folder; default: where systemd puts it, otherwise beside watch.json. Raises Failed."""
    place = folder or pathlib.Path(os.environ.get("CREDENTIALS_DIRECTORY", CONFIGURATION.parent))
    return cast(Secrets, checked(read_json(place / SECRETS_NAME), Secrets, SECRETS_NAME))


def read_json(path: pathlib.Path) -> object:
    """Reads a document. Raises Failed."""
    try:
        return cast(object, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise Failed(f"{path} cannot be read: {error}") from error


def checked(value: object, kind: Any, where: str) -> object:
    """Gives the value where it has the type, a TypedDict or a part of one. Raises Failed that names all places where it has not."""
    problems = mismatches(value, kind, where)
    if problems:
        raise Failed("; ".join(problems))
    return value


def mismatches(value: object, kind: Any, where: str) -> list[str]:
    """Lists where a value has not the type that it should have."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return [] if value in arguments else [f"{where}: expected one of {', '.join(map(str, arguments))}"]
    if origin is list:
        return (
            [problem for at, item in enumerate(value) for problem in mismatches(item, arguments[0], f"{where}[{at}]")]
            if isinstance(value, list)
            else [f"{where}: expected a list"]
        )
    if origin is dict:
        return (
            [problem for key, item in value.items() for problem in mismatches(item, arguments[1], f"{where}.{key}")]
            if isinstance(value, dict)
            else [f"{where}: expected an object"]
        )
    if arguments:
        found = [mismatches(value, option, where) for option in arguments]
        return [] if any(not problems for problems in found) else found[0]
    if kind is object or kind is type(None):
        return [] if kind is object or value is None else [f"{where}: expected null"]
    if isinstance(kind, type) and issubclass(kind, dict):
        return object_mismatches(value, kind, where)
    fits = isinstance(value, (int, float) if kind is float else kind) and (kind is bool or not isinstance(value, bool))
    return [] if fits else [f"{where}: expected {WORDS[kind]}"]


def object_mismatches(value: object, kind: type, where: str) -> list[str]:
    """Lists the keys of an object that are missing, unknown, or of another type."""
    if not isinstance(value, dict):
        return [f"{where}: expected an object"]
    hints = get_type_hints(kind)
    return [
        *[f"{where}.{key}: is missing" for key in hints if key not in value],
        *[f"{where}.{key}: is not known" for key in value if key not in hints],
        *[text for key in hints if key in value for text in mismatches(value[key], hints[key], f"{where}.{key}")],
    ]


WORDS: dict[type, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
