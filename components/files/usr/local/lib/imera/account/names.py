"""Names of this server's accounts, prepared as the server itself prepares them (RFC 6122: nodeprep and nameprep)."""

import re

from node import ejabberd

# Such names are prepared by making them lower case. They are most names, and are known where the server is down, too.
PLAIN = re.compile(r"[A-Za-z0-9._-]{1,1023}")
EXPRESSION = """
  case catch jid:{rule}({name}) of
    Prepared when is_binary(Prepared) -> binary_to_list(binary:encode_hex(Prepared));
    _ -> refused
  end.
"""
ANSWER = re.compile(r'\{ok, "([0-9A-F]+)"\}')


class NoAccount(Exception):
    """A name that no account of this server can have; the argument says why, without a full stop."""


def user_of(typed: str, domain: str) -> str:
    """Gives the local part, prepared, of an account that is named by its local part or by a JID. Raises NoAccount or Trouble.

    Of a JID, the domain counts whatever its case and with or without a dot at its end; a resource changes nothing.
    """
    user, at, rest = typed.partition("@")
    host = rest.partition("/")[0].removesuffix(".")
    if at and prepared("nameprep", host) != domain:
        raise NoAccount(f"{typed} is not of this server, which is {domain}")
    name = prepared("nodeprep", user)
    if name is None:
        raise NoAccount(f"{user!r} cannot be the name of an account: no JID can have it (RFC 6122)")
    return name


def prepared(rule: str, name: str) -> str | None:
    """Gives a name as the server's nodeprep or nameprep has it, None where it refuses the name. Raises Trouble."""
    if PLAIN.fullmatch(name):
        return name.lower()
    octets = name.encode(errors="surrogateescape")
    answer = ANSWER.fullmatch(ejabberd.erl_call(EXPRESSION.format(rule=rule, name=f"list_to_binary({list(octets)})")))
    return bytes.fromhex(answer[1]).decode() if answer else None
