"""Ways that are one POST over HTTPS: ntfy, Slack's shape, plain JSON, services that send mail."""

import base64
import json
import ssl
import urllib.parse
from collections.abc import Callable

from ..http_request import Request, host, succeed
from ..notification import Notification
from .settings import (
    Address,
    AddressWithHeaders,
    MailApiFromWay,
    NtfyWay,
    SlackWay,
    Token,
    Topic,
    WebhookWay,
)
from .way import Waiting

JSON = {"Content-Type": "application/json"}
# https://docs.ntfy.sh/publish/#message-priority
PRIORITIES = {"trouble": 5, "unstable": 4}
TAGS = {"trouble": "rotating_light", "unstable": "warning", "over": "white_check_mark", "stable": "white_check_mark"}


class Post(Waiting):
    """Way that is one POST of what a function makes of a notification."""

    def __init__(self, name: str, context: ssl.SSLContext, make: Callable[[Notification], Request]) -> None:
        self.name = name
        self._context, self._make = context, make

    async def send(self, notification: Notification) -> str:
        """Posts. Raises Failed."""
        request = self._make(notification)
        response = await succeed(request, self._context)
        return f"{host(request.url)} answered {response.status}"


def ntfy(way: NtfyWay, secret: Topic) -> Callable[[Notification], Request]:
    """Makes requests to publish on a topic of ntfy."""
    headers = JSON if secret["token"] is None else {**JSON, "Authorization": f"Bearer {secret['token']}"}

    def make(told: Notification) -> Request:
        body = {
            "topic": secret["topic"],
            "title": told["title"],
            "message": told["text"],
            "priority": PRIORITIES.get(told["state"], 3),
            "tags": [TAGS[told["state"]]] if told["state"] in TAGS else [],
        }
        # A link without a host opens nothing.
        click = {"click": told["link"]} if told["link"].startswith("https://") else {}
        return Request("POST", way["server"], headers, encoded({**body, **click}))

    return make


def slack(_: SlackWay, secret: Address) -> Callable[[Notification], Request]:
    """Makes requests to an incoming webhook of Slack."""
    return lambda told: Request("POST", secret["url"], JSON, encoded({"text": f"*{told['title']}*\n{told['text']}"}))


def webhook(_: WebhookWay, secret: AddressWithHeaders) -> Callable[[Notification], Request]:
    """Makes requests with the notification as JSON."""
    return lambda told: Request("POST", secret["url"], {**JSON, **secret["headers"]}, encoded(told))


def mail_api(way: MailApiFromWay, secret: Token) -> Callable[[Notification], Request]:
    """Makes requests to a service that sends mail."""
    return lambda told: MAIL_APIS[way["api"]](way, secret["token"], told)


def postmark(way: MailApiFromWay, token: str, told: Notification) -> Request:
    """Makes a request to Postmark: https://postmarkapp.com/developer/api/email-api"""
    to = ",".join(way["to"])
    mail = {"From": way["from"], "To": to, "Subject": told["title"], "TextBody": told["text"]}
    url = way["url"] or "https://api.postmarkapp.com/email"
    return Request("POST", url, {**JSON, "Accept": "application/json", "X-Postmark-Server-Token": token}, encoded(mail))


def resend(way: MailApiFromWay, token: str, told: Notification) -> Request:
    """Makes a request to Resend: https://resend.com/docs/api-reference/emails/send-email"""
    mail = {"from": way["from"], "to": way["to"], "subject": told["title"], "text": told["text"]}
    url = way["url"] or "https://api.resend.com/emails"
    return Request("POST", url, {**JSON, "Authorization": f"Bearer {token}"}, encoded(mail))


def brevo(way: MailApiFromWay, token: str, told: Notification) -> Request:
    """Makes a request to Brevo: https://developers.brevo.com/reference/sendtransacemail"""
    to = [{"email": address} for address in way["to"]]
    mail = {"sender": {"email": way["from"]}, "to": to, "subject": told["title"], "textContent": told["text"]}
    return Request(
        "POST", way["url"] or "https://api.brevo.com/v3/smtp/email", {**JSON, "api-key": token}, encoded(mail)
    )


def mailgun(way: MailApiFromWay, token: str, told: Notification) -> Request:
    """Makes a request to Mailgun, whose address has the sender's domain in it."""
    form = {"from": way["from"], "to": ",".join(way["to"]), "subject": told["title"], "text": told["text"]}
    credentials = base64.b64encode(f"api:{token}".encode()).decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {credentials}"}
    url = way["url"] or f"https://api.mailgun.net/v3/{way['from'].partition('@')[2]}/messages"
    return Request("POST", url, headers, urllib.parse.urlencode(form).encode())


MAIL_APIS = {"postmark": postmark, "resend": resend, "brevo": brevo, "mailgun": mailgun}


def encoded(document: object) -> bytes:
    """Writes JSON."""
    return json.dumps(document).encode()
