"""The second wall: the packet filter has the rules that were delivered, and no other in its table."""

import collections
import json
import re

from node.commands import run
from node.facts import place

from .finding import Finding, warning, well

RULES = place("/etc/imera/wall.nft")
TIMEOUT_SECONDS = 5
Counts = collections.Counter[str]


def look() -> list[Finding]:
    """Gives the chains of the wall that have lost or gained rules. Nothing where this process may not ask the packet filter."""
    listed = run(
        ["nft", "--json", "list", "table", "inet", "imera"],
        what="nft did not answer",
        timeout_seconds=TIMEOUT_SECONDS,
    )
    if "Operation not permitted" in listed.stderr or not RULES.exists():
        return []
    wanted, present = delivered(RULES.read_text()), loaded(listed.stdout)
    if wanted == present:
        return [well("wall", f"{wanted.total()} rules, as delivered")]
    other = [
        f"{chain} has {present[chain]}" for chain in sorted({*wanted, *present}) if wanted[chain] != present[chain]
    ]
    return [
        warning(
            "wall",
            seen=f"rules: {', '.join(other)}",
            wanted=f"those of {RULES}: {', '.join(f'{chain} {count}' for chain, count in sorted(wanted.items()))}",
            meaning="The cloud firewall alone keeps strangers off, or something of ours is shut.",
            command="systemctl restart imera-wall; nft list table inet imera",
        )
    ]


def delivered(text: str) -> Counts:
    """Counts the rules of each chain that has any in a file of nft, one rule a line."""
    chains = re.findall(r"^\s*chain (\S+) \{\n(.*?)^\s*\}", text, re.MULTILINE | re.DOTALL)
    return collections.Counter(name for name, body in chains for line in body.splitlines() if is_rule(line.strip()))


def is_rule(line: str) -> bool:
    """Whether a line of a chain is a rule, and not its hook, its policy or a comment."""
    return line != "" and not line.startswith(("type ", "policy ", "#"))


def loaded(listing: str) -> Counts:
    """Counts the rules of each chain that has any in a listing of nft as JSON. An empty one: there is no such table."""
    items = json.loads(listing or "{}").get("nftables", [])
    return collections.Counter(item["rule"]["chain"] for item in items if "rule" in item)
