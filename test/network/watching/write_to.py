"""Writes to somebody, and prints what came back as JSON: {"refused": condition, or null where nothing came back}.

Standard input: JSON with domain, host, port, user, password, caFile, to; PYTHONPATH: the node's library.
"""

import asyncio
import contextlib
import json
import sys

from watcher.world import trust
from watcher.xmpp.elements import CLIENT, attribute, condition
from watcher.xmpp.log_in import Account, Endpoint, log_in
from watcher.xmpp.session import Session

WAIT_SECONDS = 3
given = json.load(sys.stdin)


async def main() -> None:
    """Writes."""
    endpoint = Endpoint(given["domain"], given["host"], given["port"], direct_tls=False)
    connection, jid = await log_in(
        endpoint, trust(given["caFile"]), Account(given["user"], given["password"]), "stranger"
    )
    session = Session(connection, jid)
    refused = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WAIT_SECONDS):
            message = (
                f"<message to={attribute(given['to'])} type='chat' id='stranger'><body>is this read?</body></message>"
            )
            answer = await session.ask(message, lambda stanza: stanza.tag == f"{{{CLIENT}}}message")
            refused = condition(answer)
    print(json.dumps({"refused": refused}))
    await session.close()


asyncio.run(main())
