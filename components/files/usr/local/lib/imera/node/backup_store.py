"""Reachability of the backup store. pgBackRest and restic try for minutes before they give up."""

import http.client
import ssl
import time

from .facts import facts
from .trouble import Trouble

TIMEOUT_SECONDS = 10
TRIES = 3


def ensure_reachable() -> None:
    """Raises Trouble unless the store answers over TLS with a status below 500; it refuses an unsigned request, which is fine."""
    endpoint = facts()["backup"]["endpoint"]
    reason: str | None = None
    for attempt in range(TRIES):
        if attempt > 0:
            time.sleep(1)
        reason = reason_against(endpoint)
        if reason is None:
            return
    raise Trouble(
        f"the backup store {endpoint} cannot be reached",
        str(reason),
        "see whether it answers; what is missing is made up for by itself",
    )


def reason_against(endpoint: str) -> str | None:
    """Gives why a host cannot be used as a store; None: it can."""
    connection = http.client.HTTPSConnection(endpoint, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    try:
        connection.request("GET", "/")
        status = connection.getresponse().status
        return f"it answers with status {status}" if status >= 500 else None
    except OSError as error:
        return str(error) or type(error).__name__
    except http.client.HTTPException as error:
        return f"it answers with no HTTP: {type(error).__name__}"
    finally:
        connection.close()
