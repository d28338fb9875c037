"""Logs in with slixmpp, prints what arrives and sends what it is told to.

usage: slixmpp_chat.py JID PASSWORD_FILE

Standard input: one JSON object a line, {"to": JID, "body": TEXT}; the end of input logs out.
Standard output: one JSON object a line, {"online": JID} once, then {"from": JID, "body": TEXT} for each message.
The server is found by its SRV records and checked against the operating system's trust anchors: slixmpp's defaults.
"""

import asyncio
import json
import sys

import slixmpp


def say(**event):
    """Prints an event."""
    print(json.dumps(event), flush=True)


class Chat(slixmpp.ClientXMPP):
    """Client that prints what arrives. ended: a future with the reason, None where it was asked to end."""

    def __init__(self, jid, password):
        super().__init__(jid, password)
        self.ended = asyncio.get_running_loop().create_future()
        self.add_event_handler("session_start", self.on_session_start)
        self.add_event_handler("message", self.on_message)
        self.add_event_handler("message_error", self.on_message)
        self.online = False
        self.add_event_handler("disconnected", lambda _: self.end(None if self.online else "disconnected before login"))
        self.add_event_handler("ssl_invalid_chain", lambda why: self.end(f"certificate refused: {why}"))
        self.add_event_handler("connection_failed", lambda why: self.end(f"connection failed: {why}"))
        self.add_event_handler("failed_all_auth", lambda why: self.end(f"login failed: {why}"))

    def end(self, why):
        """Ends for a reason, which the first call decides."""
        if not self.ended.done():
            self.ended.set_result(why)

    async def on_session_start(self, _):
        """Goes online and begins to send."""
        self.send_presence()
        await self.get_roster()
        self.online = True
        say(online=self.boundjid.full)
        self.sending = asyncio.create_task(self.send_lines())

    def on_message(self, message):
        """Prints a message or an error."""
        if message["type"] == "error":
            say(**{"from": str(message["from"]), "error": message["error"]["condition"]})
        elif message["body"]:
            say(**{"from": str(message["from"]), "body": message["body"]})

    async def send_lines(self):
        """Sends what standard input says until its end."""
        while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
            order = json.loads(line)
            self.send_message(mto=order["to"], mbody=order["body"], mtype="chat")
        self.disconnect()


async def main():
    """Logs in and stays until the client ends."""
    jid, password_file = sys.argv[1:]
    with open(password_file, encoding="utf-8") as file:
        chat = Chat(jid, file.read().strip())
    chat.connect()
    why = await chat.ended
    if why is not None:
        sys.exit(why)


asyncio.run(main())
