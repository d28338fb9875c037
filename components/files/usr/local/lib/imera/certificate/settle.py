"""Sees to it that there is one good certificate, and that ejabberd has it: whatever state certbot was left in, and at most by one
order. A good one is never replaced by one that was not looked at."""

import contextlib
import dataclasses
import datetime
import fcntl
import pathlib
from collections.abc import Iterator

from node import timestamps
from node.facts import place as node_place
from node.trouble import Trouble

from . import authority, certbot, from_backup, lineage, place, record, served
from .bundle import Broken, Bundle
from .wanted import wanted

LOCK = node_place("/run/imera-certificate/lock")
# A certificate that still lasts for this long stays in use when an order fails.
SPARE = datetime.timedelta(days=1)
WEEK = datetime.timedelta(days=7)
# Let's Encrypt issues five for the same names in seven days. One is left for who needs it.
MOST_A_WEEK = 4
DAMAGE = "see docs/certificates.md"


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Result: what was done, for people. failure: of something that is due and can wait; None: nothing failed."""

    text: str
    failure: Trouble | None = None


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """Waits until nobody else looks after the certificate."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def restored() -> Outcome:
    """Hands over what was restored, and orders nothing: a drill tries what a rebuild would serve. Raises Trouble."""
    place.ensure_on_volume()
    fault = lineage.fault(place.domain())
    if fault is not None:
        raise Trouble(
            "no certificate was restored that a server could serve",
            fault,
            "see 'npm run backup -- --stack STACK' whether the files are backed up, and 'npm run status -- --stack STACK' whether the network's own is whole",
        )
    bundle = lineage.bundle(place.domain())
    served.hand_over(bundle)
    return Outcome(f"restored, valid until {timestamps.iso(bundle.ends())}")


def settle(replace: str | None = None) -> Outcome:
    """Mends certbot's files, orders where that is due, and hands over. Raises Trouble where no good certificate is left.

    replace: why to order a new certificate in any case.
    """
    place.ensure_on_volume()
    certbot.write_credentials()
    mended = mend()
    present = good_one()
    reason = replace or reason_to_order(present)
    required = replace is not None or must_order(present)
    failure = order(present, required) if reason else ensure_account()
    bundle = lineage.bundle(place.domain())
    served.hand_over(bundle)
    if failure is None:
        server = lineage.settings(place.domain()).get("server", "")
        record.write("ordered" if reason else "kept", bundle.fingerprint(), server)
    parts = [mended, ordered(reason, failure), f"valid until {timestamps.iso(bundle.ends())}"]
    return Outcome("; ".join(part for part in parts if part), failure)


def ordered(reason: str | None, failure: Trouble | None) -> str:
    """Says what became of an order, or of an account."""
    if failure is not None:
        return f"NOT renewed: {failure.line()}"
    return f"ordered because {reason}" if reason else ""


def order(present: Bundle | None, required: bool) -> Trouble | None:
    """Orders, and makes sure that what came is good. Gives the Trouble of an order that can wait, raises that of any other."""
    try:
        if not required:
            refuse_another()
        certbot.order(tries=2 if required else 1)
        fault = lineage.fault(place.domain())
        if fault is not None:
            raise Trouble("certbot left half a certificate", fault, DAMAGE)
    except Trouble as trouble:
        record.write_failure(trouble)
        if required or present is None:
            raise
        return trouble
    return None


def refuse_another() -> None:
    """Raises Trouble where as many were issued of late as an authority that asks for another each time may have."""
    since = timestamps.now() - WEEK
    times = sorted(time for time in lineage.issued() if time > since)
    if len(times) >= MOST_A_WEEK:
        raise Trouble(
            "another certificate is due, and none was ordered",
            f"{len(times)} were issued within seven days, and the authority limits that",
            f"ask the authority why it wants yet another; from {timestamps.iso(times[-MOST_A_WEEK] + WEEK)} on one is ordered again, "
            "and by 'imera-certificate replace' at once",
        )


def ensure_account() -> Trouble | None:
    """Makes an account for the next renewal where the one of the last order is gone. Gives the Trouble where that fails."""
    if lineage.has_account():
        return None
    try:
        lineage.use_account(certbot.register())
    except Trouble as trouble:
        record.write_failure(trouble)
        return trouble
    return None


def mend() -> str:
    """Makes certbot's files whole from what is good, or puts them aside. Gives what was done; empty: nothing."""
    names, usual = lineage.names(), place.domain()
    aside = place.Aside()
    fault = lineage.fault(usual)
    if fault is None:
        lineage.put_aside(aside, [name for name in names if name != usual])
        return ""
    found = best()
    lineage.put_aside(aside, names)
    if found is None:
        return f"certbot's files were put aside, since {fault}" if names else ""
    lineage.write(found, certbot.register())
    return f"certbot's files were made anew, since {fault}"


def best() -> Bundle | None:
    """Picks the certificate that lasts longest of those on the node, or else of the newest in the backups; None: none is good."""
    local = [(bundle, server) for bundle, server in lineage.bundles()]
    local += [(bundle, None) for bundle in served.bundles()]
    local.sort(key=lambda found: found[0].ends(), reverse=True)
    for bundle, server in local:
        if is_fit(bundle, server):
            return bundle
    return next((bundle for bundle in from_backup.bundles() if is_fit(bundle, None)), None)


def is_fit(bundle: Bundle, server: str | None) -> bool:
    """Whether a certificate saves an order: its names are right, it lasts, and the authority of the settings has made it."""
    if bundle.names() != wanted_names() or bundle.ends() - timestamps.now() < SPARE:
        return False
    opinion = authority.ask(bundle)
    if opinion is None:
        return (server or record.server_of(bundle.fingerprint())) == wanted()["acmeDirectoryUrl"]
    return opinion.reason() is None


def good_one() -> Bundle | None:
    """Reads the certificate in certbot's files, which are whole or gone."""
    with contextlib.suppress(OSError, Broken):
        return lineage.bundle(place.domain())
    return None


def wanted_names() -> list[str]:
    """Gives the names that the certificate is to have, sorted."""
    return sorted(wanted()["certificateNames"])


def must_order(present: Bundle | None) -> bool:
    """Whether what there is can't be served, or not for long."""
    if present is None or present.ends() - timestamps.now() < SPARE:
        return True
    other = lineage.settings(place.domain()).get("server") != wanted()["acmeDirectoryUrl"]
    return other or present.names() != wanted_names()


def reason_to_order(present: Bundle | None) -> str | None:
    """Gives why another certificate is due; None: it is not."""
    if present is None:
        return "there is none"
    left, begins = present.ends() - timestamps.now(), present.begins()
    if present.names() != wanted_names():
        return "the names have changed"
    if lineage.settings(place.domain()).get("server") != wanted()["acmeDirectoryUrl"]:
        return "it is another authority's"
    if left < SPARE:
        return "it ends within a day"
    opinion = authority.ask(present)
    if opinion is not None and (asked := opinion.reason()):
        return asked
    return f"it ends in {left.days} days" if left < (present.ends() - begins) / 3 else None


def hand_over_issued(folder: pathlib.Path) -> None:
    """Hands over what certbot has just put into a lineage's folder. Raises Trouble where that is not good: the former one stays."""
    if folder.name != place.domain():
        raise Trouble("nothing was handed over", f"{folder} is not the certificate of {place.domain()}", "nothing")
    fault = lineage.fault_of_files(folder.name)
    if fault is not None:
        raise Trouble("the former certificate stays in use", fault, "run /usr/local/lib/imera/converge: it orders one")
    served.hand_over(lineage.bundle(folder.name))
