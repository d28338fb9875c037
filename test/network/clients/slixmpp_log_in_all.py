"""Logs in with slixmpp as each of many by the mechanism that it is told, some at a time.

usage: slixmpp_log_in_all.py

Standard input: {"mechanism": NAME, "people": [[JID, PASSWORD], …]}.
Standard output: a JSON object by JID: the mechanism that let the person in, or why none did.
"""

import asyncio
import json
import ssl
import sys

import slixmpp

UNBOUND = staticmethod(lambda *_: None)

AT_A_TIME = 8


def is_bound(mechanism):
    """Says whether a mechanism binds a login to its connection. The only way that slixmpp knows, TLS 1.3 has not."""
    return mechanism.endswith("-PLUS")


async def log_in(jid, password, mechanism):
    """Logs in and out. Gives the mechanism that was used, or why that failed."""
    client = slixmpp.ClientXMPP(jid, password, sasl_mech=mechanism)
    if is_bound(mechanism):
        client.ssl_context.maximum_version = ssl.TLSVersion.TLSv1_2
    outcome = asyncio.get_running_loop().create_future()

    def end(word):
        if not outcome.done():
            outcome.set_result(word)

    client.add_event_handler("session_start", lambda _: end(client["feature_mechanisms"].mech.name))
    client.add_event_handler("failed_auth", lambda why: end(f"refused: {why['condition']}"))
    client.add_event_handler("disconnected", lambda _: end("disconnected before login"))
    client.add_event_handler("connection_failed", lambda why: end(f"connection failed: {why}"))
    client.connect()
    try:
        return await asyncio.wait_for(outcome, 60)
    except TimeoutError:
        return "no answer in 60 s"
    finally:
        await client.disconnect(wait=1)


async def main():
    """Logs in as all of them."""
    order = json.load(sys.stdin)
    if not is_bound(order["mechanism"]):
        # It would try that by force.
        ssl.SSLObject.get_channel_binding = UNBOUND
    free = asyncio.Semaphore(AT_A_TIME)

    async def take_turn(jid, password):
        async with free:
            return jid, await log_in(jid, password, order["mechanism"])

    print(json.dumps(dict(await asyncio.gather(*(take_turn(*person) for person in order["people"])))))


asyncio.run(main())
