"""What an import asks before it writes anything."""

import json
import re
import shutil
from collections.abc import Sequence
from typing import Any

from account import resets
from node import ejabberd, postgres
from node.facts import facts

from .people import TYPES
from .session import Session

# Names go as numbers of bytes; the answer is hexadecimal, a word for each name.
EXPRESSION = """
  Prepare = fun(Name) ->
    case catch jid:decode(Name) of
      Address when element(1, Address) == jid ->
        binary_to_list(binary:encode_hex(jid:encode(jid:tolower(jid:remove_resource(Address)))));
      _ -> "-"
    end
  end,
  lists:flatten(lists:join(" ", [Prepare(Name) || Name <- [{names}]])).
"""
ANSWER = re.compile(r'\{ok, "([0-9A-F -]*)"\}')


def prepared(names: Sequence[str]) -> list[str | None]:
    """Gives JIDs and local parts as the server has them, null where it takes none. A local part goes without @. Raises Trouble."""
    if not names:
        return []
    domain = facts()["domain"]
    # A name alone would be read as a domain.
    jids = [name if "@" in name else f"{name}@{domain}" for name in names]
    octets = ", ".join(f"list_to_binary({list(jid.encode(errors='replace'))})" for jid in jids)
    answer = ANSWER.fullmatch("".join(ejabberd.erl_call(EXPRESSION.format(names=octets)).splitlines()))
    if not answer:
        return [None] * len(names) if len(names) == 1 else [each for name in names for each in prepared([name])]
    words = answer[1].split(" ")
    given = [None if word == "-" else bytes.fromhex(word).decode() for word in words]
    return [
        jid if jid is None or "@" in name else jid.partition("@")[0] for name, jid in zip(names, given, strict=True)
    ]


def state(session: Session) -> dict[str, Any]:
    """Gives what is there before anything is written. Raises Trouble.

    Domain; accounts; those of them that lack a form of the password, and whose password nobody knows; salts of imports before this one; and what the disk has.
    """
    domain = postgres.quoted(facts()["domain"])
    accounts = session.run(f"SELECT json_agg(DISTINCT username) FROM users WHERE server_host = {domain};")
    lacking = session.run(
        f"""SELECT json_agg(username) FROM (SELECT username FROM users WHERE server_host = {domain}
          GROUP BY username HAVING count(*) FILTER (WHERE type IN ({", ".join(map(str, TYPES.values()))})) < {len(TYPES)}) AS u;"""
    )
    imported = session.run(
        f"SELECT json_object_agg(username, salts) FROM imera_import.person WHERE server_host = {domain};"
    )
    return {
        "domain": facts()["domain"],
        "accounts": json.loads(accounts or "[]"),
        "lacking": json.loads(lacking or "[]"),
        "waiting": [account["user"] for account in resets.accounts() if account["isWaiting"]],
        "imported": json.loads(imported or "{}"),
        "freeBytes": shutil.disk_usage(postgres.folder()).free,
    }
