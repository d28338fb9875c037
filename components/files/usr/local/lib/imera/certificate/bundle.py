"""Certificates with their chain and key, in PEM, as openssl judges them."""

import dataclasses
import datetime
import functools
import hashlib
import pathlib
import re
import tempfile

from node.commands import run

TIMEOUT_SECONDS = 10
CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----")
KEY = re.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----\n[A-Za-z0-9+/=\n]+-----END \\1-----")


@dataclasses.dataclass(frozen=True)
class Bundle:
    """Certificate, the chain above it, and its key, each as PEM that ends with a line feed. chain: none where there is none."""

    certificate: str
    chain: tuple[str, ...]
    key: str

    def pem(self) -> str:
        """Gives all of it as ejabberd reads it from one file."""
        return self.fullchain() + self.key

    def fullchain(self) -> str:
        """Gives the certificate and its chain."""
        return self.certificate + "".join(self.chain)

    def fingerprint(self) -> str:
        """Gives what tells the certificate from every other: the SHA-256 of its PEM."""
        return hashlib.sha256(self.certificate.strip().encode()).hexdigest()

    def names(self) -> list[str]:
        """Gives the DNS names, sorted."""
        return sorted(re.findall("DNS:([^,\\s]+)", shown(self.certificate)))

    def begins(self) -> datetime.datetime:
        """Gives the time from which on the certificate is valid."""
        return moment("notBefore", shown(self.certificate))

    def ends(self) -> datetime.datetime:
        """Gives the time at which the first of certificate and chain ends."""
        return min(moment("notAfter", shown(text)) for text in (self.certificate, *self.chain))

    def fault(self) -> str | None:
        """Gives why no server can serve this, whatever the time is and whatever its names are; None: one can."""
        if not self.chain:
            return "its chain is incomplete"
        public = public_key("x509", "-noout", "-pubkey", pem=self.certificate)
        if public is None:
            return "the certificate can't be read"
        if public != public_key("pkey", "-pubout", pem=self.key):
            return "the key isn't the certificate's"
        return None if is_chain(self.certificate, self.chain) else "the chain isn't the certificate's"


class Broken(Exception):
    """Text that holds no certificate with its key. The argument: why."""


def parse(text: str) -> Bundle:
    """Reads certificate, chain and key from one text. Raises Broken."""
    certificates, keys = CERTIFICATE.findall(text), list(KEY.finditer(text))
    if not certificates:
        raise Broken("there is no certificate in it")
    if len(certificates) + len(keys) != text.count("-----BEGIN "):
        raise Broken("it is cut off or damaged")
    if len(keys) != 1:
        raise Broken(f"there are {len(keys)} keys in it" if keys else "there is no key in it")
    first, *chain = (f"{certificate}\n" for certificate in certificates)
    return Bundle(first, tuple(chain), f"{keys[0].group()}\n")


@functools.cache
def shown(pem: str) -> str:
    """Gives what openssl shows of a certificate: dates, serial number, names, key of the issuer; empty where it can't read it."""
    show = ["-startdate", "-enddate", "-serial", "-ext", "subjectAltName,authorityKeyIdentifier"]
    return run(["openssl", "x509", "-noout", *show], input=pem, timeout_seconds=TIMEOUT_SECONDS).stdout


def moment(name: str, text: str) -> datetime.datetime:
    """Finds a time that openssl shows, such as `notAfter=Feb 24 12:27:52 2027 GMT`; the oldest there is where it is not there."""
    found = re.search(f"^{name}=(.*) GMT$", text, re.MULTILINE)
    time = datetime.datetime.strptime(found.group(1), "%b %d %H:%M:%S %Y") if found else datetime.datetime.min
    return time.replace(tzinfo=datetime.UTC)


@functools.cache
def public_key(*command: str, pem: str) -> str | None:
    """Gives the public key that an openssl command prints; None where it can't read what it is given."""
    result = run(["openssl", *command], input=pem, timeout_seconds=TIMEOUT_SECONDS)
    return result.stdout if result.returncode == 0 else None


@functools.cache
def is_chain(certificate: str, chain: tuple[str, ...]) -> bool:
    """Whether each is signed by the next. Roots are not asked: which ones are trusted is the clients' affair."""
    with tempfile.TemporaryDirectory() as folder:
        names = ("certificate", "middle", "last")
        paths = [pathlib.Path(folder, name) for name in names]
        for path, text in zip(paths, (certificate, "".join(chain), chain[-1]), strict=True):
            path.write_text(text)
        verify = ["openssl", "verify", "-no-CAfile", "-no-CApath", "-no-CAstore", "-partial_chain", "-no_check_time"]
        verify += ["-trusted", str(paths[2]), "-untrusted", str(paths[1]), str(paths[0])]
        return run(verify, timeout_seconds=TIMEOUT_SECONDS).returncode == 0
