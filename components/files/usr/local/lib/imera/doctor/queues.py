"""Queues of the running server: no process of it falls behind."""

import re

from node import ejabberd

from .finding import Finding, failure, well

LONG = 1000
# The longest queues, each with the name of its process, or its first function where it has none.
EXPRESSION = f"""
  Named = fun(P) -> case process_info(P, registered_name) of
    {{registered_name, N}} -> N;
    _ -> case process_info(P, initial_call) of {{initial_call, {{M, _, _}}}} -> M; _ -> gone end end end,
  [{{Named(P), L}} || P <- processes(), {{message_queue_len, L}} <- [process_info(P, message_queue_len)], L > {LONG}].
"""


def look() -> list[Finding]:
    """Gives the processes of the server with more than LONG messages waiting. Raises Trouble where it does not answer."""
    answer = ejabberd.erl_call(EXPRESSION)
    long = re.findall(r"\{'?([^',{}]+)'?, (\d+)\}", answer.removeprefix("{ok,"))
    found = [
        failure(
            f"queue:{name}",
            seen=f"{length} messages wait for {name}",
            wanted=f"{LONG} at most",
            meaning="What this part of the server does comes late or never, and its memory grows until it is killed.",
            command="ejabberdctl stats processes; tail --lines 50 /var/log/ejabberd/ejabberd.log",
        )
        for name, length in dict(long).items()
    ]
    return found or [well("queues", f"no process of the server has more than {LONG} messages waiting")]
