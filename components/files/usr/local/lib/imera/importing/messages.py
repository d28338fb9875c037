"""Messages of another server on their way into the archive: first all into a copy, then owner by owner, each in one transaction."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from node.facts import facts

from .session import Session, quoted

COLUMNS = {
    "owner": "text",
    "ms": "bigint",
    "kind": "text",
    "peer": "text",
    "barePeer": "text",
    "xml": "text",
    "txt": "text",
    "nick": "text",
    "originId": "text",
}


def receive(session: Session, messages: Sequence[dict[str, Any]]) -> None:
    """Adds messages to the copy, in their order. Raises Trouble."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    rows = quoted(json.dumps(messages, ensure_ascii=False))
    session.run(
        "INSERT INTO imera_import.message (owner, ms, kind, peer, bare_peer, xml, txt, nick, origin_id) "
        f"SELECT {names} FROM jsonb_to_recordset({rows}) AS c({columns});"
    )


def owners(session: Session) -> list[str]:
    """Makes the copy ready to be moved, and gives whose messages are in it. Raises Trouble."""
    session.run("CREATE INDEX IF NOT EXISTS message_owner ON imera_import.message (owner);")
    session.run("ANALYZE imera_import.message;")
    found = session.run("SELECT json_agg(DISTINCT owner ORDER BY owner) FROM imera_import.message;")
    return list(json.loads(found or "[]"))


def archive(session: Session, names: Sequence[str]) -> dict[str, int]:
    """Moves what these owners have in the copy into the archive. Gives how many messages were new. Raises Trouble."""
    return {"new": sum(moved(session, names))}


def moved(session: Session, names: Sequence[str]) -> Iterator[int]:
    """Moves owner by owner. Raises Trouble."""
    for name in names:
        yield int(session.run(f"SELECT pg_temp.archive_messages({quoted(name)}, {quoted(facts()['domain'])});"))


def counts(session: Session, are_copies: bool) -> dict[str, int]:
    """Counts the archived messages that are the ones of the copy, by kind of the report. Raises Trouble.

    Where the source has one message for both sides, it counts once; where are_copies, each side has one of its own.
    """
    domain = quoted(facts()["domain"])
    once = "*" if are_copies else "DISTINCT (timestamp / 1000, md5(xml))"
    answer = session.run(
        f"""SELECT json_build_object('roomMessages', count(*) FILTER (WHERE kind = 'groupchat'), 'messages', count({once}) FILTER (WHERE kind = 'chat'))
        FROM archive AS a WHERE server_host = {domain} AND EXISTS (
          SELECT FROM imera_import.message AS m
          WHERE m.owner = a.username AND m.ms = a.timestamp / 1000 AND m.xml = a.xml);"""
    )
    return dict(json.loads(answer))
