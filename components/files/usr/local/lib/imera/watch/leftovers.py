"""What the watcher's probes leave behind: messages of its account in the archive, and its uploads."""

import pathlib
import shutil
import time

from backup import uploads
from node import postgres
from node.facts import facts

# Longer than any probe looks for what it has left.
KEEP_SECONDS = 600


def delete() -> str:
    """Deletes what is older than ten minutes. Gives how much, in words. Raises Trouble where the database does not answer."""
    return f"{delete_messages()} messages and {delete_uploads()} uploads of the watcher deleted"


def delete_messages() -> int:
    """Deletes messages of the watcher's account from the archive. Gives how many."""
    # The domain and the name have been checked to be without quotes.
    statement = f"""
      WITH gone AS (
        DELETE FROM archive
        WHERE username = '{facts()["watchUser"]}' AND server_host = '{facts()["domain"]}'
          AND timestamp < (extract(epoch FROM now()) - {KEEP_SECONDS}) * 1000000
        RETURNING 1
      ) SELECT count(*) FROM gone"""
    return int(postgres.query(statement, database=facts()["database"]["name"]).strip())


def delete_uploads() -> int:
    """Deletes files that the watcher's account has uploaded. Gives how many."""
    old = [path for path in upload_folder().glob("*/") if time.time() - path.stat().st_mtime > KEEP_SECONDS]
    for path in old:
        shutil.rmtree(path)
    return len(old)


def upload_folder() -> pathlib.Path:
    """Gives the folder in which the server keeps the account's uploads."""
    return uploads.folder() / uploads.folder_of(f"{facts()['watchUser']}@{facts()['domain']}")
