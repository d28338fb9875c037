"""Rooms of another server, each written by ejabberd itself in one transaction."""

import re
from collections.abc import Mapping
from typing import Any

from node import ejabberd
from node.ejabberd import binary
from node.facts import facts
from node.postgres import quoted
from node.trouble import Trouble

from .session import Session

# A room that nobody is in is only in the database; one that is open would write over what is written here.
STORE = """
  case {{mod_muc:find_online_room({name}, {host}), mod_muc:restore_room({domain}, {host}, {name})}} of
    {{{{ok, _}}, _}} -> there_already;
    {{_, Stored}} when Stored == error; {replaces} ->
      case mod_muc:store_room({domain}, {host}, {name}, [{options}]) of
        {{atomic, _}} -> [{nicknames}], written;
        Other -> Other
      end;
    _ -> there_already
  end.
"""
WORD = re.compile(r"[a-z][a-z_]*")


def write_room(session: Session, room: Mapping[str, Any]) -> dict[str, Any]:
    """Writes a room, unless another one of its name is there. Gives {"name", "outcome"}. Raises Trouble."""
    key = f"host = {quoted(room['host'])} AND name = {quoted(room['name'])}"
    digest = f"(SELECT md5(opts) FROM muc_room WHERE {key})"
    is_ours = session.run(
        f"SELECT count(*) FROM imera_import.room WHERE {key} AND (written IS NULL OR written = {digest});"
    )
    is_new = session.run(f"SELECT NOT EXISTS (SELECT FROM muc_room WHERE {key});") == "t"
    if is_new:
        values = f"{quoted(room['host'])}, {quoted(room['name'])}"
        session.run(f"INSERT INTO imera_import.room (host, name) VALUES ({values}) ON CONFLICT DO NOTHING;")
    answer = ejabberd.erl_call(expression(room, is_ours != "0"))
    if answer not in ("{ok, written}", "{ok, there_already}"):
        raise Trouble(f"the room {room['name']} could not be written", f"ejabberd answered {answer}", "see its log")
    if answer == "{ok, there_already}":
        return {"name": room["name"], "outcome": "left alone"}
    session.run(f"UPDATE imera_import.room SET written = {digest}, imported_at = now() WHERE {key};")
    return {"name": room["name"], "outcome": "imported" if is_new else "brought up to date"}


def expression(room: Mapping[str, Any], replaces: bool) -> str:
    """Gives the Erlang that writes a room."""
    host, domain = binary(room["host"]), binary(facts()["domain"])
    options = [f"{{{word(name)}, {option(value)}}}" for name, value in room["options"].items()]
    options.append(f"{{affiliations, [{', '.join(affiliation(*each) for each in room['affiliations'].items())}]}}")
    if room["subject"]:
        options += [f"{{subject, {binary(room['subject'])}}}", "{subject_author, {<<>>, jid:make(<<>>)}}"]
    nicknames = [
        f"catch mod_muc_sql:set_nick({domain}, {host}, jid:decode({binary(jid)}), {binary(nick)})"
        for jid, nick in room["nicknames"].items()
    ]
    return STORE.format(
        name=binary(room["name"]),
        host=host,
        domain=domain,
        replaces="true" if replaces else "false",
        options=", ".join(options),
        nicknames=", ".join(nicknames),
    )


def affiliation(jid: str, role: str) -> str:
    """Gives the Erlang for a role."""
    user, at, server = jid.rpartition("@")
    return f"{{{{{binary(user if at else '')}, {binary(server)}, <<>>}}, {{{word(role)}, <<>>}}}}"


def option(value: object) -> str:
    """Gives the Erlang for an option's value: true, false, a number, a word, a list of words, or {"text"}."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case {"text": str(text)}:
            return binary(text)
        case list():
            return f"[{', '.join(map(word, value))}]"
    return word(value)


def word(name: object) -> str:
    """Gives an atom. Raises ValueError for what is no plain one."""
    if not isinstance(name, str) or not WORD.fullmatch(name):
        raise ValueError(f"{name!r} is no word")
    return name
