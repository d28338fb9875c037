"""Adds an account as an administrator does from any client: by the ad-hoc command "Add User" (XEP-0133, section 4.1).

usage: slixmpp_add_user.py ADMIN_JID ADMIN_PASSWORD_FILE NEW_JID NEW_PASSWORD_FILE
"""

import asyncio
import sys

import slixmpp

ADD_USER = "http://jabber.org/protocol/admin#add-user"


def read(file):
    """Reads a file of one line."""
    with open(file, encoding="utf-8") as stream:
        return stream.read().strip()


async def main():
    """Logs in and runs the command."""
    admin, admin_password_file, new, new_password_file = sys.argv[1:]
    client = slixmpp.ClientXMPP(admin, read(admin_password_file))
    for plugin in ("xep_0004", "xep_0050"):
        client.register_plugin(plugin)
    online = asyncio.get_running_loop().create_future()

    def settle(problem):
        if online.done():
            return
        if problem is None:
            online.set_result(None)
        else:
            online.set_exception(SystemExit(problem))

    client.add_event_handler("session_start", lambda _: settle(None))
    client.add_event_handler("failed_all_auth", lambda _: settle(f"{admin}: login failed"))
    client.add_event_handler("ssl_invalid_chain", lambda why: settle(f"certificate refused: {why}"))
    client.connect()
    await asyncio.wait_for(online, 30)

    commands, domain, password = client["xep_0050"], client.boundjid.domain, read(new_password_file)
    asked = await commands.send_command(domain, ADD_USER)
    form = client["xep_0004"].make_form(ftype="submit")
    form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/admin")
    for var, value in (("accountjid", new), ("password", password), ("password-verify", password)):
        form.add_field(var=var, value=value)
    answer = await commands.send_command(
        domain, ADD_USER, action="complete", sessionid=asked["command"]["sessionid"], payload=form
    )
    if answer["command"]["status"] != "completed":
        sys.exit(f"{new}: the server answered {answer}")
    client.disconnect()
    await client.disconnected


asyncio.run(main())
