"""What has an end in ejabberd's database, and which rows are past it, by the stack's settings.

A row's place in its table (ctid) names it: not every table has a key. ejabberd's copies in memory of what is deleted are dropped.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from node import ejabberd
from node.facts import facts

DAY_SECONDS = 24 * 3600
# Timestamps of push sessions are those of the sessions that asked for them.
OPEN_SESSIONS = "[((Mega * 1000000) + Second) * 1000000 + Micro || S <- ets:tab2list(session), {{Mega, Second, Micro}, _} <- [element(2, S)]]."


@dataclass(frozen=True)
class Kind:
    """Kind of what is kept. days: how long; 0: without end. caches: of ejabberd's that know it.

    due: gives the SQL that selects what is past its end, without SELECT's list, by the time now in seconds since 1970.
    """

    name: str
    days: int
    table: str
    due: Callable[[int], str]
    caches: tuple[str, ...] = ()


def kinds() -> list[Kind]:
    """Gives the kinds that have an end in this stack."""
    ends = facts()["retention"]
    every = [
        Kind("archived messages", ends["archiveDays"], "archive", archived),
        Kind("waiting messages", ends["offlineDays"], "spool", waiting, ("offline_msg_counter_cache",)),
        Kind("push sessions", ends["pushDays"], "push_session", pushed, ("push_cache",)),
        Kind("pubsub items", ends["pubsubDays"], "pubsub_item", published),
    ]
    return [kind for kind in every if kind.days > 0]


def archived(now: int) -> str:
    """Selects archived messages, oldest first; those of rooms are in the same table."""
    before = (now - facts()["retention"]["archiveDays"] * DAY_SECONDS) * 1_000_000
    return f"FROM archive AS due WHERE server_host = '{facts()['domain']}' AND timestamp < {before} ORDER BY timestamp"


def waiting(now: int) -> str:
    """Selects messages that wait for somebody who is away."""
    before = now - facts()["retention"]["offlineDays"] * DAY_SECONDS
    return f"FROM spool AS due WHERE created_at < to_timestamp({before}) AT TIME ZONE 'UTC'"


def pushed(now: int) -> str:
    """Selects the push sessions of devices that are not logged in. Raises Trouble."""
    before = (now - facts()["retention"]["pushDays"] * DAY_SECONDS) * 1_000_000
    opened = ", ".join(["0", *re.findall(r"\d+", ejabberd.erl_call(OPEN_SESSIONS))])
    return f"FROM push_session AS due WHERE timestamp < {before} AND timestamp NOT IN ({opened})"


def published(now: int) -> str:
    """Selects items of the pubsub service, but for the newest of each node. Their times are three numbers of six digits."""
    before = now - facts()["retention"]["pubsubDays"] * DAY_SECONDS
    text = f"{before // 1_000_000:06}:{before % 1_000_000:06}:000000"
    return (
        "FROM pubsub_item AS due JOIN pubsub_node AS node USING (nodeid) "
        f"WHERE node.host = '{facts()['hosts']['pubsub']}' AND due.modification < '{text}' AND EXISTS ("
        "SELECT FROM pubsub_item AS newer WHERE newer.nodeid = due.nodeid AND newer.modification > due.modification)"
    )


def forget(kind: Kind) -> None:
    """Drops ejabberd's copies of a kind in memory. Raises Trouble."""
    for cache in kind.caches:
        ejabberd.erl_call(f"ets_cache:clear({cache}, ejabberd_cluster:get_nodes()).")
