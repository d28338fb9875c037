"""Rows that the database keeps of an account."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

from node import postgres
from node.facts import facts
from node.postgres import QueryFailed

# Each row is one line of JSON: [what it is, the row]. JSON escapes control characters, so CSV never quotes a line.
COPY_AS_LINES = r"(FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')"
QUERIES = {
    "credentials": "SELECT * FROM users WHERE {own} ORDER BY type",
    "contact": """SELECT *, ARRAY(SELECT grp FROM rostergroups AS g WHERE g.username = r.username
        AND g.server_host = r.server_host AND g.jid = r.jid ORDER BY grp) AS groups
        FROM rosterusers AS r WHERE {own} ORDER BY jid""",
    "vcard": "SELECT vcard AS xml FROM vcard WHERE {own}",
    "private": "SELECT data AS xml FROM private_storage WHERE {own} ORDER BY namespace",
    "default-list": "SELECT name FROM privacy_default_list WHERE {own}",
    "list": """SELECT name, ARRAY(SELECT row_to_json(d) FROM privacy_list_data AS d WHERE d.id = l.id ORDER BY d.ord) AS rules
        FROM privacy_list AS l WHERE {own} ORDER BY name""",
    "offline": "SELECT xml FROM spool WHERE {own} ORDER BY seq",
    "node": """SELECT node, (SELECT json_object_agg(name, val ORDER BY name) FROM pubsub_node_option AS o
        WHERE o.nodeid = n.nodeid) AS options FROM pubsub_node AS n WHERE host = :'jid' ORDER BY node""",
    "item": """SELECT n.node, i.itemid, i.payload AS xml FROM pubsub_item AS i JOIN pubsub_node AS n USING (nodeid)
        WHERE n.host = :'jid' ORDER BY n.node, i.creation, i.itemid""",
    "archived": "SELECT timestamp, xml FROM archive WHERE {own} ORDER BY timestamp",
}


# Columns by name. Which there are depends on the kind of row.
Row = dict[str, Any]


class Rows:
    """Rows in the order of QUERIES, each taken when it is needed."""

    def __init__(self, rows: Iterator[tuple[str, Row]]) -> None:
        self.rows = rows
        self.next = next(rows, None)

    def take(self, kind: str) -> Iterator[Row]:
        """Takes the rows of one kind."""
        while self.next is not None and self.next[0] == kind:
            row = self.next[1]
            self.next = next(self.rows, None)
            yield row


def read_rows(user: str, domain: str) -> Iterator[tuple[str, Row]]:
    """Reads an account's rows, each with its kind, as of one moment. Raises QueryFailed."""
    own = "username = :'user' AND server_host = :'domain'"
    copies = (
        f"COPY (SELECT json_build_array('{kind}', row_to_json(found)) FROM ({query.format(own=own)}) AS found) "
        f"TO STDOUT {COPY_AS_LINES};\n"
        for kind, query in QUERIES.items()
    )
    script = f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n{''.join(copies)}COMMIT;\n"
    variables = ("--set", f"user={user}", "--set", f"domain={domain}", "--set", f"jid={user}@{domain}")
    command = postgres.psql_command(*variables, database=facts()["database"]["name"])
    with subprocess.Popen(
        command, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as psql:
        assert psql.stdin and psql.stdout and psql.stderr
        psql.stdin.write(script.encode())
        psql.stdin.close()
        for line in psql.stdout:
            kind, row = json.loads(line.decode(errors="replace"))
            yield kind, row
        errors = psql.stderr.read().decode(errors="replace").strip()
    if psql.returncode != 0:
        raise QueryFailed("PostgreSQL does not answer", errors, f"see 'systemctl status {postgres.unit()}'")
