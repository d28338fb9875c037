-- What imports before this one wrote: so that none is done twice, and so that what people changed here since then stays.
CREATE SCHEMA IF NOT EXISTS imera_import;

CREATE TABLE IF NOT EXISTS imera_import.person (
  server_host text,
  username text,
  -- Digests of what was written, by kind and key, as written_by() gives them.
  written jsonb NOT NULL,
  -- Salts of the credentials by their type, so that an unchanged password gives unchanged credentials.
  salts jsonb NOT NULL,
  -- Digests of stored keys of a password that nobody knows; null: the old one came over.
  unknown_keys text[],
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (server_host, username)
);

ALTER TABLE imera_import.person ADD COLUMN IF NOT EXISTS unknown_keys text[];

-- Messages are gone from the spool once they are read, and must not come again.
CREATE TABLE IF NOT EXISTS imera_import.offline (
  server_host text,
  username text,
  digest text,
  PRIMARY KEY (server_host, username, digest)
);

CREATE TABLE IF NOT EXISTS imera_import.room (
  host text,
  name text,
  -- Digest of the room as it was written; null: it may not have been written yet.
  written text,
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (host, name)
);

CREATE TABLE IF NOT EXISTS imera_import.shared_group (
  server_host text,
  name text,
  -- Whether its members are in rosters, or only see those of others.
  is_shared boolean NOT NULL,
  -- Digest of the group as it was written; null: it may not have been written yet.
  written text,
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (server_host, name)
);
