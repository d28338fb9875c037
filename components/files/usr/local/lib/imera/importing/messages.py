"""Messages of another server on their way into the archive: batch by batch, each in one transaction."""

import json

from node.facts import facts
from node.postgres import quoted

from .session import Session


def archive(session: Session, rows: str) -> dict[str, int]:
    """Archives messages that are not there yet. Gives how many of them are there then, by kind of the report. Raises Trouble.

    rows: lines of PostgreSQL's COPY, with the columns of "arriving". Equal messages of an owner at one millisecond have to be in one
    batch.
    """
    answer = session.run(
        f"BEGIN;\nSET LOCAL imera.domain = {quoted(facts()['domain'])};\n"
        f"COPY arriving FROM STDIN;\n{rows}\\.\nSELECT pg_temp.archive_arrived();\nCOMMIT;"
    )
    return dict(json.loads(answer))
