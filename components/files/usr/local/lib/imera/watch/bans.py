"""Addresses that ejabberd shuts out for an hour after too many wrong passwords (mod_fail2ban)."""

import re

from node import ejabberd

EXPRESSION = """
  Now = erlang:system_time(millisecond),
  [{inet:ntoa(Address), (Until - Now) div 60000 + 1} ||
    {Address, Failures, Until, Limit} <- ets:tab2list(failed_auth), Failures >= Limit, Until > Now].
"""


def describe() -> str:
    """Gives the addresses that are banned now, each with the minutes that are left. Raises Trouble."""
    bans = re.findall(r'\{"([^"]+)", (\d+)\}', ejabberd.erl_call(EXPRESSION))
    told = [f"{address.removeprefix('::ffff:')} is banned for {minutes} min" for address, minutes in bans]
    return "; ".join(told) or "none"
