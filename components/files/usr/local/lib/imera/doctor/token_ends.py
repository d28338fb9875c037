"""Ends of tokens: of the node's own for the DNS, which Cloudflare tells, and of the operator's, which the settings tell."""

import contextlib
import datetime
import json

from certificate import dns_token
from certificate.dns_token import Fault, Judgement
from certificate.wanted import wanted
from node import atomic, timestamps
from node.facts import TokenEnd, facts, is_drill, place, secrets

from .finding import Finding, failure, warning, well

# Cloudflare's last word, for the time in which it gives none: {"why", "todo", "ends"}, each null where there is none.
RECORD = place("/var/lib/imera/dns-token.json")
NEAR = datetime.timedelta(days=14)
TIMEOUT_SECONDS = 4
WANTED = "a token that works for 14 days or more"
RENEWAL = "Without it the certificate is not renewed, and clients and other servers refuse to connect when it ends."
OPERATOR = "Without it no change, rebuild or alarm that needs it works."


def look() -> list[Finding]:
    """Gives which tokens end soon, or work no longer. Raises Trouble."""
    if is_drill():
        return []
    return [of_dns(), *(of_operator(each) for each in facts()["tokenEnds"])]


def of_dns() -> Finding:
    """Gives whether the node's token for the DNS works, and goes on doing so."""
    told = dns_token.judge(secrets()["cloudflareToken"], wanted()["cloudflareApiUrl"], TIMEOUT_SECONDS)
    if told.fault is None or not told.fault.passes:
        remember(told)
        return judged(told)
    last = remembered()
    return judged(last) if last is not None else well("dns-token", f"not known: {told.fault.why}")


def judged(told: Judgement) -> Finding:
    """Gives the finding of a judgement."""
    if told.fault is not None:
        return failure(
            "dns-token",
            seen=told.fault.why,
            wanted=WANTED,
            meaning=RENEWAL,
            advice=told.fault.todo,
            explains=("node-renewal", "unit-failed:certbot"),
        )
    if told.ends is None:
        return well("dns-token", "Cloudflare's token of the node has no end")
    seen = f"Cloudflare's token of the node ends at {timestamps.iso(told.ends)}"
    if told.ends - timestamps.now() > NEAR:
        return well("dns-token", seen)
    return warning(
        "dns-token",
        seen=seen,
        wanted=WANTED,
        meaning=RENEWAL,
        advice="delete it in Cloudflare's list of API tokens: then 'npm run pulumi -- up --stack STACK' makes another, without an end",
    )


def remember(told: Judgement) -> None:
    """Keeps a judgement."""
    why, todo = (told.fault.why, told.fault.todo) if told.fault is not None else (None, None)
    ends = timestamps.iso(told.ends) if told.ends is not None else None
    # A disk that is full is another finding.
    with contextlib.suppress(OSError):
        atomic.write(RECORD, json.dumps({"why": why, "todo": todo, "ends": ends}), 0o600)


def remembered() -> Judgement | None:
    """Gives the judgement that was kept; None: there is none that can be read."""
    try:
        kept = json.loads(RECORD.read_text())
        fault = Fault(kept["why"], kept["todo"]) if kept["why"] is not None else None
        return Judgement(fault, timestamps.parse(kept["ends"]) if kept["ends"] is not None else None)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def of_operator(end: TokenEnd) -> Finding:
    """Gives whether a token of the operator's ends soon, by the settings."""
    id, seen = f"token-end:{end['token']}", f"imera:tokenEnds says that it works until {end['until']}"
    left = datetime.date.fromisoformat(end["until"]) - timestamps.now().date()
    if left > NEAR:
        return well(id, seen)
    advice = "make another one, put it in the old one's place (docs/production.md), and set imera:tokenEnds"
    found = failure if left.days < 0 else warning
    return found(id, seen=seen, wanted=WANTED, meaning=OPERATOR, advice=advice)
