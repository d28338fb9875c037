"""Mail by a server's submission port."""

import asyncio
import email.message
import email.policy
import email.utils
import smtplib
import ssl

from ..failure import Failed, Refused, seen
from ..notification import Notification
from ..restraint import Restraint
from .settings import Password, SmtpFromWay
from .way import Waiting, wrong_password

STEP_SECONDS = 10


class Smtp(Waiting):
    """Mail by SMTP submission (RFC 6409), always over TLS."""

    def __init__(self, way: SmtpFromWay, secret: Password, context: ssl.SSLContext) -> None:
        self.name = way["name"]
        self._way, self._secret, self._context = way, secret, context
        self._restraint = Restraint(wrong_password(self.name))

    async def send(self, notification: Notification) -> str:
        """Sends a mail, in a thread of its own. Raises Failed."""
        return await self._restraint.attempt(lambda: asyncio.to_thread(self._submit, notification))

    def _submit(self, notification: Notification) -> str:
        way = self._way
        where = f"{way['host']} port {way['port']}"
        try:
            with self._connect() as server:
                server.login(way["user"], self._secret["password"])
                refused = server.send_message(self._mail(notification))
        except smtplib.SMTPAuthenticationError as error:
            # Other codes are for now (RFC 4954).
            raise (Refused if error.smtp_code >= 500 else Failed)(f"{where}: {seen(error)}") from error
        except TimeoutError as error:
            todo = "a droplet's provider closes 25, 465 and 587: take port 2525, or a mail-api"
            raise Failed(f"{where}: no answer in time; {todo}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Failed(f"{where}: {seen(error)}") from error
        if refused:
            raise Failed(f"{where} refused {', '.join(refused)}")
        return f"{where} took it"

    def _connect(self) -> smtplib.SMTP:
        way = self._way
        if way["security"] == "tls":
            return smtplib.SMTP_SSL(way["host"], way["port"], timeout=STEP_SECONDS, context=self._context)
        server = smtplib.SMTP(way["host"], way["port"], timeout=STEP_SECONDS)
        server.starttls(context=self._context)
        return server

    def _mail(self, notification: Notification) -> email.message.EmailMessage:
        mail = email.message.EmailMessage(email.policy.SMTP)
        mail["From"] = self._way["from"]
        mail["To"] = ", ".join(self._way["to"])
        mail["Subject"] = notification["title"]
        mail["Date"] = email.utils.formatdate()
        mail["Message-ID"] = email.utils.make_msgid(domain=self._way["from"].rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(notification["text"])
        return mail
