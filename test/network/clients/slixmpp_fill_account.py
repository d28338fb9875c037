"""Puts something of everything that a server keeps into an account: as its owner, and as somebody who writes to it.

usage: slixmpp_fill_account.py JID PASSWORD_FILE OTHER_JID OTHER_PASSWORD_FILE

The other asks to subscribe and stays without an answer; its last message comes when the owner is gone.
"""

import asyncio
import sys
import xml.etree.ElementTree as ET

import slixmpp

OMEMO = "eu.siacs.conversations.axolotl"
ROSTER = """<query xmlns='jabber:iq:roster'><item jid='juliet@capulet.test' name='Juliet &lt;&amp;&gt; "O&apos;C" \u2665'>
<group>Friends &amp; family</group><group>Verona</group></item></query>"""
VCARD = "<vCard xmlns='vcard-temp'><FN>Romeo M\u00f6ntague</FN><PHOTO><TYPE>image/png</TYPE><BINVAL>aVZCT1I=</BINVAL></PHOTO></vCard>"
PRIVATE = "<query xmlns='jabber:iq:private'><notes xmlns='storage:rosternotes'><note jid='juliet@capulet.test'>East</note></notes></query>"
PRIVACY_LIST = """<query xmlns='jabber:iq:privacy'><list name='block'>
<item type='jid' value='tybalt@capulet.test' action='deny' order='1'><message/></item><item action='allow' order='2'/></list></query>"""
DEFAULT_LIST = "<query xmlns='jabber:iq:privacy'><default name='block'/></query>"
NODES = {
    f"{OMEMO}.devicelist": ("current", f"<list xmlns='{OMEMO}'><device id='31415'/><device id='27182'/></list>"),
    f"{OMEMO}.bundles:31415": ("current", f"<bundle xmlns='{OMEMO}'><identityKey>aWRlbnRpdHk=</identityKey></bundle>"),
    "urn:xmpp:bookmarks:1": (
        "balcony@conference.capulet.test",
        "<conference xmlns='urn:xmpp:bookmarks:1' name='Balcony' autojoin='true'/>",
    ),
}


def read(file):
    """Reads a file of one line."""
    with open(file, encoding="utf-8") as stream:
        return stream.read().strip()


async def log_in(jid, password_file):
    """Gives a client that is online."""
    client = slixmpp.ClientXMPP(jid, read(password_file))
    client.auto_authorize = None
    online = asyncio.get_running_loop().create_future()

    def settle(problem):
        if not online.done():
            online.set_result(problem)

    client.add_event_handler("session_start", lambda _: settle(None))
    client.add_event_handler("failed_all_auth", lambda _: settle(f"{jid}: login failed"))
    client.add_event_handler("ssl_invalid_chain", lambda why: settle(f"certificate refused: {why}"))
    client.connect()
    if problem := await asyncio.wait_for(online, 30):
        sys.exit(problem)
    client.send_presence()
    return client


async def put(client, xml):
    """Sends an IQ of type set and waits for its result."""
    iq = client.make_iq_set()
    iq.append(ET.fromstring(xml))
    await iq.send()


async def publish(client, node, item, payload):
    """Publishes an item on one of the account's own nodes."""
    pubsub = "http://jabber.org/protocol/pubsub"
    await put(
        client, f"<pubsub xmlns='{pubsub}'><publish node='{node}'><item id='{item}'>{payload}</item></publish></pubsub>"
    )


async def log_out(client):
    """Goes offline."""
    client.disconnect()
    await client.disconnected


async def main():
    """Fills the account of the command line."""
    jid, password_file, other_jid, other_password_file = sys.argv[1:]
    owner, other = await log_in(jid, password_file), await log_in(other_jid, other_password_file)
    for xml in (ROSTER, VCARD, PRIVATE, PRIVACY_LIST, DEFAULT_LIST):
        await put(owner, xml)
    for node, (item, payload) in NODES.items():
        await publish(owner, node, item, payload)
    owner.send_presence_subscription("juliet@capulet.test", ptype="subscribe")

    read_by_owner = asyncio.get_running_loop().create_future()
    owner.add_event_handler(
        "message", lambda message: read_by_owner.done() or read_by_owner.set_result(message["body"])
    )
    other.send_presence(pto=jid, ptype="subscribe", pstatus="It is me & nobody else")
    other.send_message(mto=jid, mbody="while you are <here>", mtype="chat")
    await asyncio.wait_for(read_by_owner, 30)
    owner.send_message(mto=other_jid, mbody="I am leaving", mtype="chat")
    await put(owner, DEFAULT_LIST)
    await log_out(owner)

    other.send_message(mto=jid, mbody="when you were gone", mtype="chat")
    await put(other, "<query xmlns='jabber:iq:private'><synced xmlns='imera:test'/></query>")
    await log_out(other)


asyncio.run(main())
