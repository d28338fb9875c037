"""Findings of the node's examination of itself."""

from collections.abc import Sequence
from typing import Literal, TypedDict


class Finding(TypedDict):
    """What a check found.

    id: its kind, and after a colon what it is about where there are several. meaning: for users or the operator. advice: what to
    do, in words; command: the same for the node's shell, in its place. explains: beginnings of the ids of what follows from it.
    """

    id: str
    severity: Literal["ok", "warning", "error"]
    seen: str
    wanted: str
    meaning: str
    advice: str
    command: str
    explains: list[str]


def well(id: str, seen: str) -> Finding:
    """Gives the finding that something is as it should be."""
    return {
        "id": id,
        "severity": "ok",
        "seen": seen,
        "wanted": "",
        "meaning": "",
        "advice": "",
        "command": "",
        "explains": [],
    }


def warning(
    id: str, *, seen: str, wanted: str, meaning: str, advice: str = "", command: str = "", explains: Sequence[str] = ()
) -> Finding:
    """Gives the finding of something that the operator has to look after, while users are served."""
    return {
        "id": id,
        "severity": "warning",
        "seen": seen,
        "wanted": wanted,
        "meaning": meaning,
        "advice": advice,
        "command": command,
        "explains": list(explains),
    }


def failure(
    id: str, *, seen: str, wanted: str, meaning: str, advice: str = "", command: str = "", explains: Sequence[str] = ()
) -> Finding:
    """Gives the finding of something that users notice, or will."""
    found = warning(id, seen=seen, wanted=wanted, meaning=meaning, advice=advice, command=command, explains=explains)
    found["severity"] = "error"
    return found
