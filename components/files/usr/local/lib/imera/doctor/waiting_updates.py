"""Updates: none waits for the operator, and the daily ones end well."""

import time

from watch import updates

from .finding import Finding, warning, well

LATE_DAYS = 3


def look() -> list[Finding]:
    """Gives a newer ejabberd that waits, security fixes that are held, and daily updates that do not come. Raises Trouble where apt
    does not answer.
    """
    found: list[Finding] = []
    newer = updates.ejabberd()
    if newer:
        found.append(
            warning(
                "update-ejabberd",
                seen=newer,
                wanted="the newest one of the release",
                meaning="Faults that are mended there are still in the server that runs.",
                advice="'npm run upgrade -- --stack STACK' makes a backup and installs it",
            )
        )
    held = updates.held()
    if held:
        found.append(
            warning(
                "update-held",
                seen=held,
                wanted="no security fix that waits",
                meaning="Known security holes stay open.",
                advice="'npm run upgrade -- --stack STACK' makes a backup and installs them",
            )
        )
    if updates.DONE.exists() and (days := (time.time() - updates.DONE.stat().st_mtime) / 86400) > LATE_DAYS:
        found.append(
            warning(
                "update-late",
                seen=f"the last daily update ended {int(days)} days ago",
                wanted="one a day",
                meaning="Known security holes stay open.",
                command="journalctl --no-pager --lines 30 --unit apt-daily-upgrade.service",
            )
        )
    return found or [well("updates", updates.describe())]
