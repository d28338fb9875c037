"""Checks of whether the node does what it is for. Changes nothing."""

import functools
import http.client
import json
import re
from collections.abc import Callable, Iterator
from typing import TypedDict

from backup import checks
from backup.checks import Check
from certificate import record, served
from certificate.bundle import CERTIFICATE
from node import postgres, timestamps
from node.commands import run
from node.facts import Listener, data, facts, is_drill
from node.trouble import Trouble
from retention import record as retention

from . import bans, updates

TIMEOUT_SECONDS = 10
# A certificate that ends within these days is red: its timer renews it a month before.
CERTIFICATE_DAYS = 3
# certbot.timer runs twice a day.
RENEWAL_DAYS = 3


class Health(TypedDict):
    """Result of all checks. serving: that of all but the renewal, backups, free space and the clock."""

    healthy: bool
    serving: bool
    checks: list[Check]


class Red(Exception):
    """Failure of a check. The argument is the check's detail."""


def inspect_node() -> Health:
    """Runs all checks."""
    service = list(service_checks())
    later = [check("renewal", check_renewal), check("retention", retention.describe), *backup_checks()]
    serving = all(check["ok"] for check in service)
    return {
        "healthy": serving and all(check["ok"] for check in later),
        "serving": serving,
        "checks": [*service, *later, updates_that_wait(), banned_addresses()],
    }


def service_checks() -> Iterator[Check]:
    """Runs the checks of what users need."""
    yield check("volume", lambda: output_of("findmnt", "--noheadings", "--output", "SOURCE", str(data())))
    yield check("postgresql", lambda: output_of("systemctl", "is-active", postgres.unit()))
    yield check("ejabberd", lambda: output_of("systemctl", "is-active", "ejabberd.service"))
    yield check("database", count_accounts)
    yield check("certificate", check_expiry)
    for listener in facts()["listeners"]:
        if listener["tls"] != "none":
            yield check(f"certificate on {listener['firstPort']}", functools.partial(check_served, listener))


def backup_checks() -> list[Check]:
    """Runs the checks of the backups, of free space and of the clock."""
    try:
        return checks.report()
    except (Trouble, OSError, ValueError, LookupError) as error:
        return [{"name": "backup", "ok": False, "detail": f"{type(error).__name__}: {error}"}]


def updates_that_wait() -> Check:
    """Tells of updates. Never red: they wait until it suits the operator."""
    return {**check("updates", updates.describe), "ok": True}


def banned_addresses() -> Check:
    """Tells whose logins are refused, whatever the password. Never red: an address is banned for what it did."""
    return {**check("bans", bans.describe), "ok": True}


def check(name: str, work: Callable[[], str]) -> Check:
    """Runs one check. Its result or its error is the detail."""
    try:
        return {"name": name, "ok": True, "detail": work()}
    except Red as red:
        return {"name": name, "ok": False, "detail": str(red)}
    except Trouble as trouble:
        return {"name": name, "ok": False, "detail": trouble.line()}


def output_of(*command: str) -> str:
    """Gives the output of a command. Raises Red with it when the command fails."""
    result = run(command, what=f"{command[0]} did not answer", timeout_seconds=TIMEOUT_SECONDS, input="")
    output = (result.stdout + result.stderr).strip()
    if result.returncode != 0:
        raise Red(output)
    return output


def count_accounts() -> str:
    """Asks the server for something that only the database knows: that it runs says nothing of the database."""
    connection = http.client.HTTPConnection("127.0.0.1", facts()["apiPort"], timeout=TIMEOUT_SECONDS)
    headers = {"Host": facts()["domain"], "Content-Type": "application/json"}
    try:
        connection.request("POST", "/api/stats", body='{"name": "registeredusers"}', headers=headers)
        response = connection.getresponse()
        answer = response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise Red(f"no answer: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if response.status >= 400:
        raise Red(f"no answer: {answer}")
    return described(answer)


def described(answer: str) -> str:
    """Describes the API's answer: a number as such, or as "stat" of an object. Raises Red where it is none, or none are there."""
    try:
        document = json.loads(answer)
    except ValueError:
        document = None
    number = document.get("stat") if isinstance(document, dict) else document
    if not isinstance(number, int) or isinstance(number, bool):
        raise Red(f"{answer} accounts")
    if number < 1:
        # The administrator's is always there.
        raise Red("ejabberd counts 0 accounts, as it does where its database does not answer")
    return f"{number} accounts"


def check_expiry() -> str:
    """Gives when the certificate ends. Raises Red when that is soon."""
    bundle = served.present()
    if bundle is None:
        raise Red(f"{served.file()} is missing or damaged")
    left = bundle.ends() - timestamps.now()
    if left.days < CERTIFICATE_DAYS:
        raise Red(f"valid until {timestamps.iso(bundle.ends())} only")
    return f"valid until {timestamps.iso(bundle.ends())}, {left.days} days"


def check_renewal() -> str:
    """Gives when somebody last looked whether a renewal is due. Raises Red when one has failed, or when nobody looks."""
    if is_drill():
        return "a drill renews nothing"
    known = record.read()
    if known is not None and known["failure"] is not None:
        raise Red(f"{known['failure']}. What to do: {known['todo']}")
    if run(["systemctl", "is-failed", "certbot.service"]).returncode == 0:
        raise Red(f"certbot.service failed: {last_words('certbot.service')}")
    if run(["systemctl", "is-active", "certbot.timer"]).returncode != 0:
        raise Red("certbot.timer does not run, so nobody renews. What to do: converge starts it")
    if known is None or timestamps.age_seconds(known["at"]) > RENEWAL_DAYS * 86400:
        raise Red(f"nobody has looked whether it is due for {RENEWAL_DAYS} days, though certbot.timer runs twice a day")
    return f"not due at {known['at']}" if known["outcome"] == "kept" else f"renewed at {known['at']}"


def last_words(unit: str) -> str:
    """Gives the last lines that a unit logged."""
    log = run(["journalctl", "--unit", unit, "--lines", "3", "--output", "cat", "--no-pager"])
    return " ".join(log.stdout.split()) or "its log is empty"


def check_served(listener: Listener) -> str:
    """Gives how a service offers TLS. Raises Red when it serves another certificate than the one at hand."""
    connect = [
        "openssl",
        "s_client",
        "-connect",
        f"127.0.0.1:{listener['firstPort']}",
        "-servername",
        facts()["domain"],
    ]
    if listener["tls"] == "starttls":
        protocol = "xmpp-server" if listener["name"].startswith("s2s") else "xmpp"
        connect += ["-starttls", protocol, "-xmpphost", facts()["domain"]]
    answer = run(connect, what="no TLS", timeout_seconds=TIMEOUT_SECONDS, input="", errors="replace").stdout
    certificate = CERTIFICATE.search(answer)
    if certificate is None:
        raise Red(f"no TLS on port {listener['firstPort']}")
    wanted = served.present()
    if wanted is None or wanted.certificate.strip() != certificate.group():
        raise Red(f"another certificate than {served.file()}")
    protocol_version = re.search("^New, (TLSv[0-9.]+)", answer, re.MULTILINE)
    return (
        f"{listener['name']}: served by {protocol_version.group(1) if protocol_version else 'TLS'}, {listener['tls']}"
    )
