"""Certbot's files of the one certificate, which certbot calls a lineage. They may be in any half state: some are gone, empty, cut
off or mixed up. Then certbot itself refuses to renew, or makes another lineage with another name."""

import datetime
import os
import pathlib
import re
from collections.abc import Iterator

from node import atomic

from . import accounts, place
from .bundle import Broken, Bundle, parse
from .wanted import wanted

KINDS = ("cert", "privkey", "chain", "fullchain")
HOOK = "/usr/local/lib/imera/certificate-deployed"
CREDENTIALS = "/etc/imera/cloudflare.ini"


def names() -> list[str]:
    """Gives the names of all lineages of this domain that anything is there of: certbot appends -0001 and so on to the usual one."""
    pattern = re.compile(re.escape(place.domain()) + "(-[0-9]{4})?")
    found = {path.name.removesuffix(".conf") for path in entries("renewal") if path.name.endswith(".conf")}
    found |= {path.name for part in ("live", "archive") for path in entries(part)}
    return sorted(name for name in found if pattern.fullmatch(name))


def entries(part: str) -> list[pathlib.Path]:
    """Lists a folder of certbot's; none where it is no folder."""
    folder = place.CONFIG / part
    return list(folder.iterdir()) if folder.is_dir() else []


def settings(name: str) -> dict[str, str]:
    """Reads how a certificate is renewed; nothing where that is not there or no text."""
    try:
        text = place.conf(name).read_text()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.partition(" = ") for line in text.splitlines() if not line.startswith("#"))
    return {key.strip(): value.strip() for key, equals, value in pairs if equals}


def fault(name: str) -> str | None:
    """Gives why certbot could not renew this lineage, or a server not serve it; None: both can."""
    known = settings(name)
    if not known:
        return f"{place.conf(name)} is missing or empty"
    usual = {kind: str(place.live(name, kind)) for kind in KINDS}
    lacking = [key for key, value in usual.items() if known.get(key) != value]
    lacking += [key for key in ("server", "account", "authenticator") if not known.get(key)]
    if lacking:
        return f"{place.conf(name)} does not say {', '.join(lacking)}"
    if known.get("archive_dir", str(place.archive(name))) != str(place.archive(name)):
        return f"{place.conf(name)} names another archive"
    return fault_of_links(name) or fault_of_files(name)


def fault_of_links(name: str) -> str | None:
    """Gives what is wrong with the links to the newest files."""
    numbers = set()
    for kind in KINDS:
        link = place.live(name, kind)
        if not link.is_symlink():
            return f"{link} is no link"
        target = pathlib.Path(os.path.normpath(link.parent / link.readlink()))
        number = re.fullmatch(f"{kind}([1-9][0-9]*)\\.pem", target.name)
        if target.parent != place.archive(name) or number is None:
            return f"{link} does not lead to a file of the archive"
        numbers.add(number.group(1))
    return None if len(numbers) == 1 else f"the links in {place.live(name)} lead to files of several issues"


def fault_of_files(name: str) -> str | None:
    """Gives what is wrong with the files that the links lead to."""
    try:
        texts = {kind: place.live(name, kind).read_text() for kind in KINDS}
        bundle = parse(texts["fullchain"] + texts["privkey"])
    except (OSError, UnicodeDecodeError) as error:
        return str(error)
    except Broken as broken:
        return f"{place.live(name)}: {broken}"
    if texts["cert"].strip() != bundle.certificate.strip():
        return f"{place.live(name, 'cert')} is not the first of fullchain.pem"
    if texts["chain"].strip() != "".join(bundle.chain).strip():
        return f"{place.live(name, 'chain')} is not the rest of fullchain.pem"
    wrong = bundle.fault()
    return f"{place.live(name)}: {wrong}" if wrong else None


def bundle(name: str) -> Bundle:
    """Reads the newest files. Raises OSError or Broken."""
    return parse(place.live(name, "fullchain").read_text() + place.live(name, "privkey").read_text())


def bundles() -> Iterator[tuple[Bundle, str | None]]:
    """Gives all that is whole in the archives, with the URL of the authority that it is known to be of, if that is known."""
    for name in names():
        for folder in (place.archive(name), place.live(name)):
            for chain in folder.glob("fullchain*.pem"):
                found = read_bundle(chain, chain.with_name(chain.name.replace("fullchain", "privkey")))
                if found is not None:
                    yield found, settings(name).get("server")


def issued() -> list[datetime.datetime]:
    """Gives the times from which on the certificates are valid that the usual lineage has, the former ones too, as far as kept."""
    chains = place.archive(place.domain()).glob("fullchain*.pem")
    found = (read_bundle(chain, chain.with_name(chain.name.replace("fullchain", "privkey"))) for chain in chains)
    return [bundle.begins() for bundle in found if bundle is not None]


def read_bundle(*paths: pathlib.Path) -> Bundle | None:
    """Reads a certificate with chain and key from files; None where they are not whole."""
    try:
        found = parse("".join(path.read_text() for path in paths))
    except (OSError, UnicodeDecodeError, Broken):
        return None
    return None if found.fault() else found


def put_aside(aside: place.Aside, which: list[str]) -> None:
    """Moves these lineages aside, and whatever stands where certbot's folders are to be."""
    for part in ("renewal", "live", "archive"):
        folder = place.CONFIG / part
        if (folder.exists() or folder.is_symlink()) and not folder.is_dir():
            aside.take(folder)
    for name in which:
        for path in (place.conf(name), place.live(name), place.archive(name)):
            aside.take(path)


def write(found: Bundle, account: str) -> None:
    """Makes a lineage of the usual name, as certbot would have after an order. None may be there."""
    name = place.domain()
    texts = {
        "cert": found.certificate,
        "privkey": found.key,
        "chain": "".join(found.chain),
        "fullchain": found.fullchain(),
    }
    place.live(name).mkdir(mode=0o700, parents=True, exist_ok=True)
    for kind, text in texts.items():
        atomic.write(place.archive(name) / f"{kind}1.pem", text, 0o600 if kind == "privkey" else 0o644)
        place.live(name, kind).symlink_to(f"../../archive/{name}/{kind}1.pem")
    write_settings(account)


def write_settings(account: str) -> None:
    """Writes how the certificate is renewed, in certbot's own form."""
    name = place.domain()
    files = [f"{kind} = {place.live(name, kind)}" for kind in KINDS]
    lines = [f"archive_dir = {place.archive(name)}", *files, "[renewalparams]", f"account = {account}"]
    lines += ["authenticator = dns-cloudflare", f"dns_cloudflare_credentials = {CREDENTIALS}"]
    lines += [f"dns_cloudflare_propagation_seconds = {wanted()['dnsPropagationSeconds']}"]
    lines += [f"server = {wanted()['acmeDirectoryUrl']}", "key_type = ecdsa", f"renew_hook = {HOOK}"]
    atomic.write(place.conf(name), "\n".join(lines) + "\n", 0o644)


def has_account() -> bool:
    """Whether the account that the certificate is renewed with is there."""
    return settings(place.domain()).get("account") in accounts.whole()


def use_account(account: str) -> None:
    """Has the certificate renewed with this account."""
    conf = place.conf(place.domain())
    text = re.sub("^account = .*$", f"account = {account}", conf.read_text(), flags=re.MULTILINE)
    atomic.write(conf, text, 0o644)
