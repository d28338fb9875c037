"""Announcement of a restart of ejabberd to the network's watchers, which give it a minute before they call it an outage."""

from . import ejabberd
from .facts import facts
from .trouble import Trouble, as_trouble

SECONDS = 60
WAIT_SECONDS = 10


def announce_restart() -> str | None:
    """Tells each watcher that is logged in that ejabberd is about to stop. Gives why that failed; None where they are told.

    Who is not told says that the server does not answer: that is no reason against a restart. Raises Trouble where the facts cannot
    be read.
    """
    announcement = message(facts()["watchUser"], facts()["domain"])
    try:
        with as_trouble("the watchers were not told"):
            ejabberd.erl_call(announcement, timeout_seconds=WAIT_SECONDS)
    except Trouble as trouble:
        return trouble.why
    return None


def message(user: str, domain: str) -> str:
    """Writes the Erlang that has the domain itself send the announcement to each session of a user."""
    stanza = f"<message type='headline'><restart xmlns='urn:imera:watch' seconds='{SECONDS}'/></message>"
    account, host = ejabberd.binary(user), ejabberd.binary(domain)
    return (
        f"Element = fxml_stream:parse_element({ejabberd.binary(stanza)}),"
        ' Message = xmpp:decode(Element, <<"jabber:client">>, []),'
        f" [ejabberd_router:route(xmpp:set_from_to(Message, jid:make({host}), jid:make({account}, {host}, Resource)))"
        f" || Resource <- ejabberd_sm:get_user_resources({account}, {host})].\n"
    )
