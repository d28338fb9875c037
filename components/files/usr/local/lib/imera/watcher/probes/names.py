"""Whether resolvers answer what the network's model says: nothing else, nothing foreign, nothing less."""

import asyncio

from ..configuration import Record
from ..dns_message import Resolver, resolve
from ..failure import Failed, seen
from ..world import World

ANSWER_SECONDS = 3.0


async def as_modelled(resolvers: list[Resolver], records: list[Record]) -> None:
    """Asks each resolver for each record. Raises Failed with what differs.

    A resolver that does not answer counts only where none does: it is the resolver's own trouble.
    """
    answers = await asyncio.gather(*(ask(resolver, records) for resolver in resolvers))
    silent = [answer for answer in answers if isinstance(answer, str)]
    if len(silent) == len(resolvers):
        raise Failed("; ".join(silent))
    wrong = {difference: None for answer in answers if not isinstance(answer, str) for difference in answer}
    if wrong:
        raise Failed("; ".join(wrong))


async def ask(resolver: Resolver, records: list[Record]) -> list[str] | str:
    """Asks one resolver; gives what differs, or the words of its silence."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            found = await asyncio.gather(*(resolve(resolver, record["name"], record["type"]) for record in records))
    except (Failed, OSError, TimeoutError) as error:
        return f"the resolver {resolver.address} does not answer: {seen(error)}"
    return [
        difference(record, values, resolver)
        for record, values in zip(records, found, strict=True)
        if values != frozenset(record["values"])
    ]


def difference(record: Record, values: frozenset[str], resolver: Resolver) -> str:
    """Describes an answer that is not the model's."""
    wanted = frozenset(record["values"])
    missing, foreign = sorted(wanted - values), sorted(values - wanted)
    parts = [f"lacks {', '.join(missing)}"] if missing else []
    parts += [f"has {', '.join(foreign)}, which is not ours"] if foreign else []
    return f"{record['name']} {record['type']} {' and '.join(parts)} (by {resolver.address})"


def is_for_clients(world: World, record: Record) -> bool:
    """Whether clients that log in look a record up."""
    names = {node["name"] for node in world.configuration["nodes"]}
    return record["name"].startswith(("_xmpp-client.", "_xmpps-client.")) or record["name"] in names


async def any_answer(resolvers: list[Resolver], name: str) -> None:
    """Waits for the answer of any resolver, whatever it says. Raises Failed where there is none."""
    asked = [ask(resolver, [{"name": name, "type": "SRV", "values": []}]) for resolver in resolvers]
    answers = await asyncio.gather(*asked)
    silent = [answer for answer in answers if isinstance(answer, str)]
    if len(silent) == len(answers):
        raise Failed("; ".join(silent))
