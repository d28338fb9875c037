"""Logs in and prints each message as it comes, one line of JSON each: {"at", "body"}, at in seconds since 1970.

Standard input: JSON with domain, host, port, user, password, caFile; PYTHONPATH: the node's library. The first line says that it
listens: {"at"}.
"""

import asyncio
import json
import sys
import time

from watcher.world import trust
from watcher.xmpp.log_in import Account, Endpoint, log_in
from watcher.xmpp.session import Session

given = json.load(sys.stdin)


async def main() -> None:
    """Listens until it is ended."""
    endpoint = Endpoint(given["domain"], given["host"], given["port"], direct_tls=False)
    account = Account(given["user"], given["password"])
    connection, jid = await log_in(endpoint, trust(given["caFile"]), account, "phone")
    session = Session(connection, jid)
    await session.send("<presence><priority>5</priority></presence>")
    with session.listen(lambda stanza: tell(body=stanza.findtext("{jabber:client}body"))):
        tell()
        await session.ended()


def tell(**said: object) -> None:
    """Prints a line."""
    print(json.dumps({"at": time.time(), **said}), flush=True)


asyncio.run(main())
