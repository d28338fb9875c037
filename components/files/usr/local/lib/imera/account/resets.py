"""Links by which people give their accounts a new password, each once and for a time.

A later link of an account takes the place of an earlier one. A link is void, too, as soon as the account has another password,
by whatever way, or is another account of its name.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Any, TypedDict

from node import postgres
from node.facts import facts

from . import names

# 160 bits.
TOKEN_BYTES = 20
# Accounts of this server. {is_waiting}: whether one was imported, and still has a password that nobody knows.
ACCOUNTS = """
SELECT coalesce(json_agg(json_build_object('user', username, 'isBanned', is_banned, 'isWaiting', is_waiting)), '[]')
FROM (
  SELECT username, EXISTS (SELECT FROM private_storage AS s WHERE s.username = u.username
    AND s.server_host = {domain} AND s.namespace = 'jabber:ejabberd:banned') AS is_banned, {is_waiting} AS is_waiting
  FROM users AS u WHERE server_host = {domain} GROUP BY username
) AS account;
"""
IS_WAITING = """coalesce(array_agg(md5(password)) <@ (SELECT unknown_keys FROM imera_import.person AS p
    WHERE p.server_host = {domain} AND p.username = u.username), false)"""
HAS_LEDGER = """SELECT EXISTS (SELECT FROM information_schema.columns
  WHERE table_schema = 'imera_import' AND table_name = 'person' AND column_name = 'unknown_keys');"""
MAKE = """
BEGIN;
DELETE FROM imera.reset_link WHERE expires_at < now();
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS SELECT * FROM json_to_recordset({rows}) AS c("user" text, digest text);
INSERT INTO imera.reset_link (server_host, username, digest, keys, expires_at)
SELECT {domain}, username, min(digest), array_agg(md5(password)), date_trunc('minute', now()) + {hours} * interval '1 hour'
FROM wanted JOIN users ON username = "user" AND server_host = {domain} GROUP BY username
ON CONFLICT (server_host, username)
DO UPDATE SET digest = excluded.digest, keys = excluded.keys, expires_at = excluded.expires_at;
SELECT coalesce(json_agg(json_build_object('user', l.username, 'name', coalesce(fn, ''), 'mail', coalesce(email, ''),
  'until', to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) ORDER BY l.username), '[]')
FROM imera.reset_link AS l JOIN wanted USING (digest)
  LEFT JOIN vcard_search AS v ON v.lusername = l.username AND v.server_host = l.server_host;
COMMIT;
"""


class Account(TypedDict):
    """Account of this server. isWaiting: it was imported, and nobody knows its password yet."""

    user: str
    isBanned: bool
    isWaiting: bool


def make(typed: Iterable[str], hours: int) -> list[dict[str, Any]]:
    """Makes links for accounts as their names were typed; none at all where one of them can have none. Raises NoAccount or Trouble."""
    domain = facts()["domain"]
    users = sorted({names.user_of(name, domain) for name in typed})
    known = {account["user"]: account for account in accounts()}
    refused = [why for user in users if (why := refusal(user, known.get(user)))]
    if refused:
        raise names.NoAccount("; ".join(refused))
    return make_links(users, hours)


def make_for_waiting(hours: int) -> list[dict[str, Any]]:
    """Makes links for all who were imported and have no password yet, but for those who are banned. Raises Trouble."""
    return make_links([each["user"] for each in accounts() if each["isWaiting"] and not each["isBanned"]], hours)


def refusal(user: str, account: Account | None) -> str | None:
    """Says why an account gets no link; None: it may have one."""
    domain = facts()["domain"]
    if account is None:
        return f"there is no account {user}@{domain}"
    if user in (facts()["canaryUser"], facts()["watchUser"]):
        return f"{user}@{domain} is this program's own, and 'pulumi up' sets its password"
    if account["isBanned"]:
        return f"{user}@{domain} is banned: let it in first, by 'ejabberdctl unban_account' on the node"
    return None


def accounts() -> list[Account]:
    """Gives the accounts of this server. Raises Trouble."""
    domain = postgres.quoted(facts()["domain"])
    is_waiting = IS_WAITING.format(domain=domain) if ask(HAS_LEDGER) == "t" else "false"
    return list(json.loads(ask(ACCOUNTS.format(domain=domain, is_waiting=is_waiting))))


def make_links(users: list[str], hours: int) -> list[dict[str, Any]]:
    """Makes a link for each account. Gives {"user", "jid", "name", "mail", "link", "until"} of each. Raises Trouble."""
    domain = facts()["domain"]
    tokens = {user: secrets.token_hex(TOKEN_BYTES) for user in users}
    rows = [{"user": user, "digest": hashlib.sha256(token.encode()).hexdigest()} for user, token in tokens.items()]
    values = {"domain": postgres.quoted(domain), "rows": postgres.quoted(json.dumps(rows)), "hours": str(hours)}
    made = json.loads(ask(MAKE.format(**values)))
    return [
        {**each, "jid": f"{each['user']}@{domain}", "link": f"https://upload.{domain}/reset/{tokens[each['user']]}"}
        for each in made
    ]


def ask(script: str) -> str:
    """Runs SQL in the server's database, and gives what it selects. Raises Trouble."""
    return postgres.query(script, database=facts()["database"]["name"]).strip()
