"""Opinion of the authority on a certificate: ACME Renewal Information (RFC 9773). It is how a revoked one is found: nobody offers
OCSP any more, and a certificate itself does not show it."""

import base64
import dataclasses
import datetime
import hashlib
import json
import re
import urllib.error
import urllib.request
from typing import Any

from node import timestamps

from .bundle import Bundle, shown
from .wanted import wanted

TIMEOUT_SECONDS = 10


@dataclasses.dataclass(frozen=True)
class Opinion:
    """Time from which on the authority wants another certificate in the place of this one. explanation: a URL, or nothing."""

    replace_from: datetime.datetime
    explanation: str

    def reason(self) -> str | None:
        """Gives why to order now, if that time has come."""
        if timestamps.now() < self.replace_from:
            return None
        return "the authority asks for it" + (f" ({self.explanation})" if self.explanation else "")


def ask(bundle: Bundle) -> Opinion | None:
    """Asks for the authority's opinion on a certificate. None: it has none, such as on another authority's, or does not answer."""
    try:
        base = get(wanted()["acmeDirectoryUrl"]).get("renewalInfo")
        return None if base is None else opinion(bundle, get(f"{base.rstrip('/')}/{certificate_id(bundle)}"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        # A time-out and a refusal are OSErrors; an answer that is none is one of the others.
        return None


def get(url: str) -> Any:
    """Fetches a JSON document. Raises OSError or ValueError."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as response:
        return json.load(response)


def opinion(bundle: Bundle, answer: Any) -> Opinion:
    """Parses an answer. The moment in the suggested window differs from certificate to certificate and is always one for each."""
    start, end = (timestamps.parse(answer["suggestedWindow"][name]) for name in ("start", "end"))
    share = hashlib.sha256(bundle.certificate.encode()).digest()[0] / 256
    return Opinion(start + (end - start) * share, str(answer.get("explanationURL", "")))


def certificate_id(bundle: Bundle) -> str:
    """Gives a certificate's id (RFC 9773, section 4.1). Raises LookupError where it lacks an authority key identifier."""
    text = shown(bundle.certificate)
    serial = re.findall("^serial=([0-9A-F]+)$", text, re.MULTILINE)[0]
    issuer = re.findall("(?:keyid:|^ +)((?:[0-9A-F]{2}:)+[0-9A-F]{2})", text, re.MULTILINE)[0]
    number = bytes.fromhex(serial)
    # As DER has a positive number.
    signed = b"\0" + number if number[0] > 127 else number
    return f"{encoded(bytes.fromhex(issuer.replace(':', '')))}.{encoded(signed)}"


def encoded(data: bytes) -> str:
    """Encodes in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
