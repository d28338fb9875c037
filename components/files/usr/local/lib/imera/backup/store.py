"""Whether the backup store answers at all. pgBackRest and restic try for minutes before they give up."""

import http.client
import ssl
import time

from . import state
from .state import Failed

ANSWER_SECONDS = 10
TRIES = 3


def ensure_reachable():
    """A store that refuses an unsigned request is there; one that fails by itself, or has another certificate, isn't."""
    store = state.facts()["backup"]
    reason = ""
    for attempt in range(TRIES):
        if attempt > 0:
            time.sleep(1)
        reason = reason_against(store["endpoint"])
        if reason is None:
            return
    raise Failed(
        f"the backup store {store['endpoint']} cannot be reached", reason, "see whether it answers; what is missing is made up for by itself"
    )


def reason_against(endpoint):
    connection = http.client.HTTPSConnection(endpoint, timeout=ANSWER_SECONDS, context=ssl.create_default_context())
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
