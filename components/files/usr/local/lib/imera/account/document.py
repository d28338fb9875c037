"""Account as XEP-0227 has it, out of the rows that the database keeps."""

import datetime
from collections.abc import Iterable, Iterator, Sequence

from .erlang_terms import Unreadable
from .node_options import option_values
from .stored import Row, Rows
from .writing import attribute, attributes_of, fragment, fragments, report_omission, text, wrapped

MECHANISMS = {2: "SCRAM-SHA-1", 3: "SCRAM-SHA-256", 4: "SCRAM-SHA-512"}
# How ejabberd writes subscriptions; all else counts as none.
SUBSCRIPTIONS = {"T": "to", "F": "from", "B": "both"}
# How ejabberd writes which requests are open: to the contact (out), from the contact (in), or both.
ASKED_OUT = {"S", "O", "B"}
ASKED_IN = {"I", "B"}
RULE_TYPES = {"j": "jid", "g": "group", "s": "subscription"}
STANZA_KINDS = {
    "match_iq": "iq",
    "match_message": "message",
    "match_presence_in": "presence-in",
    "match_presence_out": "presence-out",
}
# What ejabberd keeps among a node's options and is about its own storage.
OWN_OPTIONS = {"rsm", "sql"}
NODE_FORM = "http://jabber.org/protocol/pubsub#node_config"


def document(user: str, domain: str, credentials: Sequence[Row], rows: Rows) -> Iterator[str]:
    """Writes the document, part by part."""
    yield f"<?xml version='1.0' encoding='UTF-8'?>\n<server-data xmlns='urn:xmpp:pie:0'>\n<host jid={attribute(domain)}>\n"
    yield f"<user name={attribute(user)}>\n"
    yield from map(scram, credentials)
    yield from roster(list(rows.take("contact")))
    yield from fragments(rows.take("vcard"), "vCard", "vcard-temp")
    yield from wrapped("query", "jabber:iq:private", fragments(rows.take("private"), "private storage", ""))
    yield from privacy(rows)
    yield from wrapped("offline-messages", None, fragments(rows.take("offline"), "waiting message", "jabber:client"))
    nodes = list(rows.take("node"))
    yield from wrapped("pubsub", "http://jabber.org/protocol/pubsub#owner", map(configuration, nodes))
    yield from wrapped("pubsub", "http://jabber.org/protocol/pubsub", items(nodes, rows.take("item")))
    yield from wrapped("archive", "urn:xmpp:pie:0#mam", archived(rows.take("archived")))
    yield "</user>\n</host>\n</server-data>\n"


def scram(row: Row) -> str:
    """Writes one hash of the password."""
    if row["type"] not in MECHANISMS:
        report_omission(f"a password in a form that has no place here (type {row['type']})")
        return ""
    values = {
        "iter-count": row["iterationcount"],
        "salt": row["salt"],
        "server-key": row["serverkey"],
        "stored-key": row["password"],
    }
    children = "".join(f"<{name}>{text(str(value))}</{name}>" for name, value in values.items())
    return f"<scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='{MECHANISMS[row['type']]}'>{children}</scram-credentials>\n"


def roster(contacts: Sequence[Row]) -> Iterator[str]:
    """Writes contacts, and the requests of those who ask to subscribe."""
    yield "<query xmlns='jabber:iq:roster'>\n"
    yield from map(contact, filter(is_in_roster, contacts))
    yield "</query>\n"
    for row in contacts:
        if row["ask"] in ASKED_IN:
            yield request(row)


def is_in_roster(row: Row) -> bool:
    """Whether ejabberd's own answers have the contact: one who only asked is none, whatever name it gave itself (RFC 6121, 3.1.3)."""
    return row["subscription"] in SUBSCRIPTIONS or row["ask"] != "I"


def contact(row: Row) -> str:
    """Writes one contact of the roster."""
    attributes = {"jid": row["jid"], "subscription": SUBSCRIPTIONS.get(row["subscription"], "none")}
    if row["nick"]:
        attributes["name"] = row["nick"]
    if row["ask"] in ASKED_OUT:
        attributes["ask"] = "subscribe"
    if row["approved"]:
        attributes["approved"] = "true"
    groups = "".join(f"<group>{text(group)}</group>" for group in row["groups"])
    return f"<item{attributes_of(attributes)}>{groups}</item>\n"


def request(row: Row) -> str:
    """Writes one request to subscribe."""
    attributes = {"xmlns": "jabber:client", "type": "subscribe", "from": row["jid"]}
    status = f"<status>{text(row['askmessage'])}</status>" if row["askmessage"] else ""
    return f"<presence{attributes_of(attributes)}>{status}</presence>\n"


def privacy(rows: Rows) -> Iterator[str]:
    """Writes the privacy lists."""
    lists = [f"<default name={attribute(row['name'])}/>\n" for row in rows.take("default-list")]
    lists += (
        f"<list name={attribute(row['name'])}>{''.join(map(rule, row['rules']))}</list>\n" for row in rows.take("list")
    )
    return wrapped("query", "jabber:iq:privacy", lists)


def rule(row: Row) -> str:
    """Writes one rule of a privacy list."""
    attributes = {"action": "allow" if row["action"] == "a" else "deny", "order": str(int(row["ord"]))}
    if row["t"] in RULE_TYPES:
        attributes |= {"type": RULE_TYPES[row["t"]], "value": row["value"]}
    kinds = "" if row["match_all"] else "".join(f"<{kind}/>" for column, kind in STANZA_KINDS.items() if row[column])
    return f"<item{attributes_of(attributes)}>{kinds}</item>"


def configuration(row: Row) -> str:
    """Writes the configuration of one personal node."""
    options = {name: value for name, value in (row["options"] or {}).items() if name not in OWN_OPTIONS}
    fields = "".join(field(row["node"], name, value) for name, value in options.items())
    form = f"<field var='FORM_TYPE' type='hidden'><value>{NODE_FORM}</value></field>{fields}"
    return f"<configure node={attribute(row['node'])}><x xmlns='jabber:x:data' type='form'>{form}</x></configure>\n"


def field(node: str, name: str, value: str) -> str:
    """Writes one field of a node's configuration."""
    try:
        values = "".join(f"<value>{text(each)}</value>" for each in option_values(value))
    except Unreadable as unreadable:
        report_omission(f"the option {name} of the node {node} ({unreadable}: {value})")
        return ""
    return f"<field var={attribute(f'pubsub#{name}')}>{values}</field>" if values else ""


def items(nodes: Iterable[Row], rows: Iterator[Row]) -> Iterator[str]:
    """Writes the items of each node, in the order of the nodes, which is that of the rows."""
    row = next(rows, None)
    for each in nodes:
        yield f"<items node={attribute(each['node'])}>\n"
        while row is not None and row["node"] == each["node"]:
            payload = fragment(row["xml"], "")
            if payload is None:
                report_omission(f"an item of the node {each['node']}")
            else:
                yield f"<item id={attribute(row['itemid'])}>{payload}</item>\n"
            row = next(rows, None)
        yield "</items>\n"


def archived(rows: Iterable[Row]) -> Iterator[str]:
    """Writes the message archive."""
    for row in rows:
        message = fragment(row["xml"], "jabber:client")
        if message is None:
            report_omission(f"the archived message {row['timestamp']}")
            continue
        moment = datetime.datetime.fromtimestamp(row["timestamp"] / 1_000_000, datetime.UTC)
        stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        yield (
            f"<result xmlns='urn:xmpp:mam:2' id='{row['timestamp']}'><forwarded xmlns='urn:xmpp:forward:0'>"
            f"<delay xmlns='urn:xmpp:delay' stamp='{stamp}'/>{message}</forwarded></result>\n"
        )
