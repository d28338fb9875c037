"""Shared groups of another server, each written by ejabberd itself."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from node import ejabberd
from node.ejabberd import binary
from node.facts import facts
from node.postgres import quoted
from node.trouble import Trouble

from .session import Session

CREATE = """
  mod_shared_roster:create_group({domain}, {name}, [{label}]),
  written.
"""
WRITE = """
  Members = [{members}],
  mod_shared_roster:set_group_opts({domain}, {name}, [{options}]),
  lists:foreach(
    fun(Old) -> mod_shared_roster:remove_user_from_group({domain}, Old, {name}) end,
    mod_shared_roster:get_group_explicit_users({domain}, {name}) -- Members),
  lists:foreach(
    fun(New) -> mod_shared_roster:add_user_to_group({domain}, New, {name}) end,
    Members -- mod_shared_roster:get_group_explicit_users({domain}, {name})),
  written.
"""


def write_groups(session: Session, groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Writes shared groups, but those of which another one is there. Gives {"name", "outcome"} of each. Raises Trouble."""
    known = stored(session)
    ours = [group for group in groups if group["id"] not in known or is_ours(session, group["id"])]
    # The server shows a group's members to others at once, and wants each group to be there that it is to show.
    for group in ours:
        if group["id"] not in known:
            note(session, group)
            evaluate(CREATE, group)
    for group in ours:
        note(session, group)
        evaluate(WRITE, group)
        domain, key = quoted(facts()["domain"]), quoted(group["id"])
        session.run(
            f"""UPDATE imera_import.shared_group SET written = {digest(domain, key)}, imported_at = now()
              WHERE server_host = {domain} AND name = {key};"""
        )
    written = {group["id"] for group in ours}
    return [{"name": group["name"], "outcome": outcome(group["id"], known, written)} for group in groups]


def outcome(key: str, known: Collection[str], written: Collection[str]) -> str:
    """Says what became of a group."""
    if key not in written:
        return "left alone"
    return "brought up to date" if key in known else "imported"


def stored(session: Session) -> set[str]:
    """Gives the identifiers of the groups that are there. Raises Trouble."""
    domain = quoted(facts()["domain"])
    found = session.run(f"SELECT json_agg(name) FROM sr_group WHERE server_host = {domain};")
    return set(json.loads(found or "[]") or [])


def is_ours(session: Session, key: str) -> bool:
    """Says whether a group is as an import left it. Raises Trouble."""
    domain, name = quoted(facts()["domain"]), quoted(key)
    answer = session.run(
        f"""SELECT EXISTS (SELECT FROM imera_import.shared_group WHERE server_host = {domain} AND name = {name}
          AND (written IS NULL OR written = {digest(domain, name)}));"""
    )
    return answer == "t"


def note(session: Session, group: Mapping[str, Any]) -> None:
    """Notes that a group is being written. Raises Trouble."""
    values = f"{quoted(facts()['domain'])}, {quoted(group['id'])}, {'true' if group['isShared'] else 'false'}"
    session.run(
        f"""INSERT INTO imera_import.shared_group (server_host, name, is_shared) VALUES ({values})
          ON CONFLICT (server_host, name) DO UPDATE SET written = NULL, is_shared = excluded.is_shared;"""
    )


def evaluate(template: str, group: Mapping[str, Any]) -> None:
    """Has the server write a group. Raises Trouble."""
    answer = ejabberd.erl_call(expression(template, group))
    if answer != "{ok, written}":
        raise Trouble(f"the group {group['name']} could not be written", f"ejabberd answered {answer}", "see its log")


def digest(domain: str, name: str) -> str:
    """Gives the SQL for a digest of a group and its members as they are in the database."""
    members = f"SELECT string_agg(jid, E'\\n' ORDER BY jid) FROM sr_user WHERE server_host = {domain} AND grp = {name}"
    return f"(SELECT md5(concat(opts, ({members}))) FROM sr_group WHERE server_host = {domain} AND name = {name})"


def expression(template: str, group: Mapping[str, Any]) -> str:
    """Gives the Erlang that writes a group."""
    shown = ", ".join(map(binary, group["shown"]))
    options = [
        f"{{label, {binary(group['label'])}}}",
        f"{{description, {binary(group['description'])}}}",
        f"{{displayed_groups, [{shown}]}}",
    ]
    if group["hasEverybody"]:
        options.append("{all_users, true}")
    return template.format(
        domain=binary(facts()["domain"]),
        name=binary(group["id"]),
        label=options[0],
        options=", ".join(options),
        members=", ".join(member(jid) for jid in group["members"]),
    )


def member(jid: str) -> str:
    """Gives the Erlang for a member."""
    user, _, server = jid.rpartition("@")
    return f"{{{binary(user)}, {binary(server)}}}"
