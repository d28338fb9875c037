"""Calls into the running ejabberd, over its distribution port on loopback."""

import os

from .commands import as_user, run
from .facts import place
from .trouble import Trouble

USER = "ejabberd"
SETTINGS = place("/etc/default/ejabberd")


def erl_call(expression: str, timeout_seconds: int = 30) -> str:
    """Evaluates Erlang in the server and gives the answer as erl_call prints it, such as "{ok, ok}". Raises Trouble.

    The expression goes over standard input: arguments are shown to everyone who lists processes, and it may hold secrets.
    """
    command = [
        *as_user(USER),
        "env",
        "HOME=/var/lib/ejabberd",
        "erl_call",
        # Its own name is the same each time, and the server takes one caller of a name at a time. A few hundred names are all that
        # it is left with: it forgets none.
        "-h",
        f"imera{os.getpid() % 256}",
        "-address",
        distribution_address(),
        "-timeout",
        str(timeout_seconds),
        "-e",
    ]
    what, todo = "ejabberd was not reached", "see 'journalctl -u ejabberd'"
    result = run(command, what=what, todo=todo, timeout_seconds=2 * timeout_seconds, input=expression, cwd="/")
    if result.returncode != 0:
        raise Trouble(what, (result.stdout + result.stderr).strip(), todo)
    return result.stdout.strip()


def binary(text: str) -> str:
    """Writes text as an Erlang expression, whatever is in it."""
    return f"list_to_binary({list(text.encode())})"


def send_message(sender: str, receiver: str, body: str) -> bool:
    """Sends a chat message, which the server keeps until the receiver is online. Gives whether the server took it."""
    parts = ", ".join(map(binary, (sender, receiver)))
    call = f'mod_admin_extra:send_message(<<"chat">>, {parts}, <<>>, {binary(body)}).\n'
    try:
        return erl_call(call) == "{ok, ok}"
    except Trouble:
        return False


def distribution_address() -> str:
    """Gives host and port of the server's distribution port, from its settings."""
    settings = dict(line.split("=", 1) for line in SETTINGS.read_text().splitlines() if "=" in line)
    return f"{settings['ERLANG_NODE'].removeprefix('ejabberd@')}:{settings['ERL_DIST_PORT']}"
