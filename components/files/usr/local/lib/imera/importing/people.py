"""People of another server, each written in one transaction."""

import json
from typing import Any

from node import ejabberd
from node.facts import facts
from node.postgres import quoted
from node.trouble import Trouble

from .session import Session

# Columns of a credential by hash, as ejabberd numbers them.
TYPES = {"sha1": 2, "sha256": 3, "sha512": 4}
BAN = """
  case mod_admin_extra:ban_account_v2({user}, {domain}, {reason}) of
    ok -> banned;
    account_was_already_banned -> banned;
    Other -> Other
  end.
"""
REASON = "disabled at the server that the account comes from"
# Whoever was written since this import took its lock.
THIS_IMPORT = "imported_at >= current_setting('imera.import_began')::timestamptz"
COUNTS = """
  SELECT json_build_object(
    'accounts', (SELECT count(DISTINCT username) FROM own JOIN users USING (server_host, username)),
    'contacts', (SELECT count(*) FROM own JOIN rosterusers USING (server_host, username) WHERE subscription <> 'N' OR ask <> 'I'),
    'requests', (SELECT coalesce(sum(CASE ask WHEN 'B' THEN 2 WHEN 'N' THEN 0 ELSE 1 END), 0)
      FROM own JOIN rosterusers USING (server_host, username)),
    'vcards', (SELECT count(*) FROM own JOIN vcard USING (server_host, username)),
    'private', (SELECT count(*) FROM own JOIN private_storage USING (server_host, username)
      WHERE namespace <> 'jabber:ejabberd:banned'),
    'bans', (SELECT count(*) FROM own JOIN private_storage USING (server_host, username)
      WHERE namespace = 'jabber:ejabberd:banned'),
    'privacy', (SELECT count(*) FROM own JOIN privacy_list USING (server_host, username)),
    'offline', (SELECT count(*) FROM own JOIN spool USING (server_host, username)),
    'lastSeen', (SELECT count(*) FROM own JOIN last USING (server_host, username)),
    'bookmarks', (SELECT count(*) FROM items WHERE node = 'urn:xmpp:bookmarks:1'),
    'rooms', (SELECT count(*) FROM imera_import.room JOIN muc_room USING (host, name)
      WHERE server_host = {domain} AND {this_import}),
    'groups', (SELECT count(*) FROM imera_import.shared_group JOIN sr_group USING (server_host, name)
      WHERE server_host = {domain} AND {this_import} AND is_shared),
    'nodes', (SELECT count(*) FROM items WHERE node NOT IN ('urn:xmpp:bookmarks:1', 'storage:bookmarks'))
  );
"""


def write_person(session: Session, person: dict[str, Any], existing: str) -> dict[str, Any]:
    """Writes a person, and gives what was done: {"user", "outcome"}, with "why" where it failed. Raises Trouble.

    Whoever was disabled cannot log in at any moment: until the ban is in force, no password leads in.
    """
    banned = bool(person["isBanned"])
    if banned:
        answer = write(session, {**person, "credentials": person["unusable"], "origin": "unusable"}, existing)
        if answer["outcome"] in ("failed", "left alone", "removed here"):
            return answer
        ban(person["user"])
        write(session, person, existing)
        return answer
    return write(session, person, existing)


def write(session: Session, person: dict[str, Any], existing: str) -> dict[str, Any]:
    """Writes a person in one transaction. Raises Trouble."""
    row = {**person, "credentials": [{**each, "type": TYPES[each["hash"]]} for each in person["credentials"]]}
    values = (json.dumps(row, ensure_ascii=False), facts()["domain"], existing)
    answer = session.run(f"SELECT pg_temp.import_person({', '.join(map(quoted, values))});")
    return dict(json.loads(answer))


def ban(user: str) -> None:
    """Shuts an account out. Raises Trouble."""
    names = {"user": ejabberd.binary(user), "domain": ejabberd.binary(facts()["domain"])}
    answer = ejabberd.erl_call(BAN.format(**names, reason=ejabberd.binary(REASON)))
    if answer != "{ok, banned}":
        raise Trouble(
            f"{user} could not be shut out", f"ejabberd answered {answer}", "see its log, then run this again"
        )


def forget_cached() -> None:
    """Makes the server read again what it may remember otherwise, such as that there is no account of a name. Raises Trouble."""
    ejabberd.erl_call("lists:foreach(fun(Table) -> ets_cache:clear(Table) end, ets_cache:all()).\n")


def counts(session: Session) -> dict[str, int]:
    """Counts what the database has of all who were imported in this session, by kind. Raises Trouble."""
    domain = quoted(facts()["domain"])
    own = f"SELECT server_host, username FROM imera_import.person WHERE server_host = {domain} AND {THIS_IMPORT}"
    items = (
        "SELECT node FROM pubsub_item JOIN pubsub_node USING (nodeid) JOIN own ON host = username || '@' || server_host"
    )
    return dict(
        json.loads(
            session.run(
                f"WITH own AS ({own}), items AS ({items}) {COUNTS.format(domain=domain, this_import=THIS_IMPORT)}"
            )
        )
    )
