"""All checks of the node by itself, at the same time."""

import concurrent.futures
import hashlib
import ssl
from collections.abc import Callable, Mapping
from typing import TypedDict

from certificate import served
from node.trouble import Trouble

from . import (
    drift,
    drills,
    growth_forecast,
    health_findings,
    listeners,
    machine,
    name_service,
    passwords,
    queues,
    token_ends,
    units,
    waiting_updates,
    wall,
)
from .finding import Finding, failure

Check = Callable[[], list[Finding]]
# The operator's doctor waits for a little longer.
PATIENCE_SECONDS = 5
CHECKS: Mapping[str, Check] = {
    **health_findings.looks(),
    "units": units.look,
    "listeners": listeners.look,
    "wall": wall.look,
    "name service": name_service.look,
    "drift": drift.look,
    "passwords": passwords.look,
    "queues": queues.look,
    "machine": machine.look,
    "disk forecast": growth_forecast.look,
    "drills": drills.look,
    "token ends": token_ends.look,
    "updates": waiting_updates.look,
}


class Broken(TypedDict):
    """Check that ended on an error of its own."""

    check: str
    why: str


class Examination(TypedDict):
    """Result of all checks. certificate: SHA-256 of the one that was issued, in hexadecimal; None: there is none."""

    findings: list[Finding]
    broken: list[Broken]
    certificate: str | None


def examine(checks: Mapping[str, Check] = CHECKS, patience_seconds: float = PATIENCE_SECONDS) -> Examination:
    """Runs all checks. One that is not done in time is told as unanswered, and goes on until this process ends."""
    findings: list[Finding] = []
    broken: list[Broken] = []
    pool = concurrent.futures.ThreadPoolExecutor(max_workers=len(checks))
    running = {name: pool.submit(check) for name, check in checks.items()}
    concurrent.futures.wait(running.values(), timeout=patience_seconds)
    for name, future in running.items():
        try:
            findings += future.result(timeout=0)
        except TimeoutError:
            findings.append(late(name, patience_seconds))
        except Trouble as trouble:
            findings.append(unanswered(name, trouble))
        except Exception as error:  # noqa: BLE001
            broken.append({"check": name, "why": f"{type(error).__name__}: {error}"})
    return {"findings": findings, "broken": broken, "certificate": certificate()}


def late(name: str, seconds: float) -> Finding:
    """Gives the finding of a check that has not ended in time."""
    if name in health_findings.MEANINGS:
        return health_findings.late(name, seconds)
    return unanswered(name, Trouble(f"{name} was looked at", f"no end within {seconds:g} s", "see 'systemctl status'"))


def unanswered(name: str, trouble: Trouble) -> Finding:
    """Gives the finding that something which a check asks did not answer."""
    return failure(
        f"unanswered:{name}",
        seen=trouble.line(),
        wanted="an answer",
        meaning="It is not known whether this is well.",
        advice=trouble.todo,
    )


def certificate() -> str | None:
    """Gives the SHA-256 of the certificate that ejabberd is to serve."""
    bundle = served.present()
    if bundle is None:
        return None
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(bundle.certificate)).hexdigest()
