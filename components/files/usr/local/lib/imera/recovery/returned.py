"""What a restore brings back that had been taken away since: accounts, passwords, tokens and bans are as they were, too."""

import json
from typing import TypedDict, cast

from node import postgres
from node.facts import facts
from node.trouble import Trouble

# A ban is an entry of ejabberd's in the account's private storage; a token logs a device in without the password.
QUERY = """SELECT json_build_object(
  'accounts', (SELECT coalesce(json_object_agg(name, secret), '{}') FROM (
    SELECT username || '@' || server_host AS name, md5(string_agg(type || password || serverkey || salt, ',' ORDER BY type)) AS secret
    FROM users GROUP BY 1) AS one),
  'banned', (SELECT coalesce(json_agg(DISTINCT username || '@' || server_host), '[]') FROM private_storage
    WHERE namespace = 'jabber:ejabberd:banned'),
  'tokens', (SELECT coalesce(json_agg(md5(concat_ws('/', username, server_host, ua, type, token))), '[]') FROM auth_fast_tokens
    WHERE expires > now() AT TIME ZONE 'UTC'));"""


class Access(TypedDict):
    """Who may log in: a digest of each account's credentials by its address, banned addresses, digests of the tokens in force."""

    accounts: dict[str, str]
    banned: list[str]
    tokens: list[str]


class Returned(TypedDict):
    """Difference that a restore makes to who may log in.

    accounts: addresses of those that had been removed. unbanned: addresses of those whose ban came later. passwords: number of
    accounts that have a former one. tokens: number of those that had been revoked or replaced. gone: number of accounts that were new.
    """

    accounts: list[str]
    unbanned: list[str]
    passwords: int
    tokens: int
    gone: int


def difference(restored_socket: str) -> Returned | None:
    """Compares the network's database with the restored one; None: one of them does not answer, which no restore depends on."""
    try:
        return compare(read(postgres.SOCKET_FOLDER), read(restored_socket))
    except Trouble:
        return None


def read(socket: str) -> Access:
    """Reads the database of the server with this socket. Raises Trouble."""
    answer = postgres.query(QUERY, database=facts()["database"]["name"], socket=socket, timeout_seconds=600)
    return cast(Access, json.loads(answer))


def compare(before: Access, after: Access) -> Returned:
    """Compares the present database with the one that takes its place."""
    old, new = before["accounts"], after["accounts"]
    return {
        "accounts": sorted(new.keys() - old.keys()),
        "unbanned": sorted((set(before["banned"]) - set(after["banned"])) & new.keys()),
        "passwords": sum(1 for name in new.keys() & old.keys() if new[name] != old[name]),
        "tokens": len(set(after["tokens"]) - set(before["tokens"])),
        "gone": len(old.keys() - new.keys()),
    }
