-- Links by which a person gets a new password, once. Their tokens are nowhere but in the links.
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS imera;
CREATE TABLE IF NOT EXISTS imera.reset_link (
  server_host text,
  username text,
  -- SHA-256 of the token, in hexadecimal.
  digest text NOT NULL UNIQUE,
  -- Digests of the stored keys of the password that is to be replaced: once none of them is stored, the link is void.
  keys text[] NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (server_host, username)
);
