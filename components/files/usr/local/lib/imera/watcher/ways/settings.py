"""Settings of each way to tell of an alarm, in watch.json, and their secrets, in watch-secrets.json."""

from typing import Literal, TypedDict


class XmppWay(TypedDict):
    """Message from an account on another server. host: null where the DNS names it."""

    name: str
    type: Literal["xmpp"]
    to: list[str]
    host: str | None
    port: int


class NtfyWay(TypedDict):
    """Topic of an ntfy server."""

    name: str
    type: Literal["ntfy"]
    server: str


class SlackWay(TypedDict):
    """Incoming webhook in Slack's shape, which others understand too."""

    name: str
    type: Literal["slack"]


class WebhookWay(TypedDict):
    """POST of the notification as JSON."""

    name: str
    type: Literal["webhook"]


class MailApiWay(TypedDict):
    """Mail by a service's HTTPS API. url: null for the service's own."""

    name: str
    type: Literal["mail-api"]
    api: Literal["postmark", "resend", "mailgun", "brevo"]
    to: list[str]
    url: str | None


class SmtpWay(TypedDict):
    """Mail by a server's submission port."""

    name: str
    type: Literal["smtp"]
    host: str
    port: int
    security: Literal["starttls", "tls"]
    user: str
    to: list[str]


# "from" is no name that a class of Python can give a field.
From = TypedDict("From", {"from": str})


class XmppFromWay(XmppWay, From):
    """XmppWay with the account's JID."""


class MailApiFromWay(MailApiWay, From):
    """MailApiWay with the sender's address."""


class SmtpFromWay(SmtpWay, From):
    """SmtpWay with the sender's address."""


class Password(TypedDict):
    """Password of an account."""

    password: str


class Token(TypedDict):
    """Token of an API."""

    token: str


class Topic(TypedDict):
    """Topic of ntfy, which on a public server is a password, and a token where the server wants one."""

    topic: str
    token: str | None


class Address(TypedDict):
    """Address of a webhook, which is its password."""

    url: str


class AddressWithHeaders(TypedDict):
    """Address of a webhook, and headers to send there."""

    url: str
    headers: dict[str, str]


# By the type of the way: its settings and its secrets.
KINDS: dict[str, tuple[type, type]] = {
    "xmpp": (XmppFromWay, Password),
    "ntfy": (NtfyWay, Topic),
    "slack": (SlackWay, Address),
    "webhook": (WebhookWay, AddressWithHeaders),
    "mail-api": (MailApiFromWay, Token),
    "smtp": (SmtpFromWay, Password),
}
