"""Orders at the authority, by certbot."""

import os
import pathlib
import re
import shlex
import subprocess
import tempfile

from node import atomic
from node.commands import run
from node.facts import place, secrets
from node.trouble import Trouble

from . import accounts, dns_token, lineage
from . import place as places
from .bundle import Bundle
from .wanted import wanted

CREDENTIALS = place(lineage.CREDENTIALS)
ENVIRONMENT = place("/etc/imera/certbot.env")
TIMEOUT_SECONDS = 900
# The authority does not know the account any more, or the account was closed.
ACCOUNT_GONE = re.compile("accountDoesNotExist|Account .*does not exist|account .*(deactivated|revoked)", re.IGNORECASE)
NOISE = re.compile("!!|PendingDeprecationWarning|^ *self\\.cf|^Saving debug log|^Ask for help|^See the logfile|^$")


def write_credentials() -> None:
    """Writes the token of the DNS, and where its API is when that is not the vendor's own."""
    atomic.install(CREDENTIALS, f"dns_cloudflare_api_token = {secrets()['cloudflareToken']}\n", 0o600, own())
    url = wanted()["cloudflareApiUrl"]
    atomic.install(ENVIRONMENT, f"CLOUDFLARE_API_URL={url}\n" if url else "\n", 0o644, own())


def own() -> tuple[int, int]:
    """Gives uid and gid of this process."""
    return os.geteuid(), os.getegid()


def order(tries: int) -> None:
    """Orders a certificate with a new key into the lineage of the usual name. Raises Trouble.

    One failure may be the DNS not having caught up, so there may be a second try; the authority limits failed ones.
    """
    for left in reversed(range(tries)):
        output = attempt()
        if output is not None and ACCOUNT_GONE.search(output) and accounts.whole():
            accounts.put_all_aside(places.Aside())
            output = attempt()
        if output is None:
            return
        if left == 0:
            raise refusal(output)


def attempt() -> str | None:
    """Orders once. Gives what certbot said where that failed; None: it did not."""
    accounts.put_broken_aside(places.Aside())
    result = certbot("certonly", *identity(), *certificate(), *proof())
    return None if result.returncode == 0 else result.stdout + result.stderr


def register() -> str:
    """Gives the id of the account to use, and makes one at the authority where there is none. Raises Trouble."""
    accounts.put_broken_aside(places.Aside())
    if not accounts.whole():
        result = certbot("register", *identity())
        if result.returncode != 0:
            raise refusal(result.stdout + result.stderr)
    return accounts.whole()[-1]


def revoke(bundle: Bundle) -> None:
    """Tells the authority, and everyone who asks it, that the key of a certificate is known to others. Raises Trouble."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, name) for name in ("certificate.pem", "key.pem")]
        for path, text in zip(paths, (bundle.certificate, bundle.key), strict=True):
            path.write_text(text)
        files = ["--cert-path", str(paths[0]), "--key-path", str(paths[1])]
        options = ["--reason", "keycompromise", "--no-delete-after-revoke", "--server", wanted()["acmeDirectoryUrl"]]
        result = certbot("revoke", *files, *options)
    output = result.stdout + result.stderr
    if result.returncode != 0 and "already" not in output:
        raise Trouble(
            "the former certificate was not revoked, but the new one is in use",
            reason_in(output),
            "see that the authority answers, and order and revoke again; that revokes the new one",
        )


def identity() -> list[str]:
    """Gives the options that say who orders where. Of several accounts the newest."""
    options = [
        "--agree-tos",
        "--no-eff-email",
        "--email",
        wanted()["contact"],
        "--server",
        wanted()["acmeDirectoryUrl"],
    ]
    known = accounts.whole()
    return [*options, "--account", known[-1]] if len(known) > 1 else options


def certificate() -> list[str]:
    """Gives the options that say what is ordered."""
    name = ["--cert-name", places.domain(), "--domains", ",".join(wanted()["certificateNames"])]
    return [*name, "--key-type", "ecdsa", "--force-renewal", "--renew-with-new-domains", "--deploy-hook", lineage.HOOK]


def proof() -> list[str]:
    """Gives the options that say how the authority is convinced."""
    wait = str(wanted()["dnsPropagationSeconds"])
    credentials = ["--dns-cloudflare-credentials", str(CREDENTIALS)]
    return ["--dns-cloudflare", *credentials, "--dns-cloudflare-propagation-seconds", wait]


def certbot(command: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs certbot. Raises Trouble when it does not end."""
    # The DNS plugin's library announces its next major version at each start.
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", **api_url()}
    words = ["certbot", command, "--non-interactive", *options]
    what, todo = (
        "certbot did not end",
        "see whether the certificate authority and the DNS provider answer; it is tried again by itself",
    )
    return run(words, what=what, todo=todo, timeout_seconds=TIMEOUT_SECONDS, env=environment)


def api_url() -> dict[str, str]:
    """Reads where the DNS provider's API is."""
    lines = (line.partition("=") for line in ENVIRONMENT.read_text().split())
    return {name: "".join(shlex.split(value)) for name, _, value in lines}


def refusal(output: str) -> Trouble:
    """Gives the Trouble of an order that failed: of the token for the DNS, where that is refused, or else in certbot's words."""
    server = wanted()["acmeDirectoryUrl"]
    why, todo = (
        reason_in(output),
        f"check that {server} answers, that no CAA record keeps it from issuing, and that the token may edit the zone",
    )
    fault = dns_token.fault(secrets()["cloudflareToken"], wanted()["cloudflareApiUrl"])
    if fault is not None:
        why, todo = f"{fault.why}. certbot: {why}", fault.todo
    return Trouble(
        "no certificate was issued", why, f"{todo}. The authority limits failed orders: don't repeat it blindly"
    )


def reason_in(output: str) -> str:
    """Picks what the authority said of each name, or else certbot's own last words."""
    lines = [line for line in output.splitlines() if not NOISE.search(line)]
    details = [line for line in lines if re.match(" *(Domain|Detail):", line)]
    return " ".join(" ".join(details or lines[-5:]).split()).rstrip(".")
