"""What an eye remembers over a restart: which troubles it has told, and which messages are still to be sent."""

import contextlib
import json
import os
import pathlib
from typing import TypedDict, cast

from .configuration import checked
from .failure import Failed
from .judgement import Change, Judge


class Remembered(TypedDict):
    """Standing of a subject that is or was in trouble of late. Times are in seconds since 1970."""

    detail: str
    inTrouble: bool
    troubleSince: float
    endedAt: float
    told: Change
    toldAt: float | None
    flaps: list[float]


class Memory(TypedDict):
    """Content of the file. outbox: messages to send by way, each as JSON of the notification."""

    subjects: dict[str, Remembered]
    outbox: dict[str, list[dict[str, object]]]


def read(path: pathlib.Path) -> Memory:
    """Reads the file. Empty where there is none. Raises Failed for one that is damaged, which is set aside first."""
    try:
        return cast(Memory, checked(json.loads(path.read_text(encoding="utf-8")), Memory, path.name))
    except FileNotFoundError:
        return {"subjects": {}, "outbox": {}}
    except (OSError, ValueError, Failed) as error:
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".damaged"))
        raise Failed(f"{path} cannot be read, and is set aside: {error}") from error


def write(path: pathlib.Path, memory: Memory) -> None:
    """Writes the file, whole or not at all."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(memory, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def remembered(judge: Judge) -> dict[str, Remembered]:
    """Gives what is worth remembering of a judge."""
    return {
        name: {
            "detail": standing.detail,
            "inTrouble": standing.in_trouble,
            "troubleSince": standing.trouble_since,
            "endedAt": standing.ended_at,
            "told": standing.told,
            "toldAt": standing.told_at,
            "flaps": standing.flaps,
        }
        for name, standing in judge.standings.items()
        if standing.in_trouble or standing.flaps or standing.told != "over"
    }


def restore(judge: Judge, subjects: dict[str, Remembered]) -> None:
    """Gives a new judge what a former one knew. Subjects that are watched no more are forgotten."""
    for name, known in subjects.items():
        standing = judge.standings.get(name)
        if standing is None:
            continue
        standing.detail, standing.in_trouble = known["detail"], known["inTrouble"]
        standing.trouble_since, standing.ended_at = known["troubleSince"], known["endedAt"]
        standing.told, standing.told_at, standing.flaps = known["told"], known["toldAt"], known["flaps"]
