-- Tables of ejabberd 26.07 for several domains, with the columns and indexes that an import meets.
CREATE TABLE users (
  username text NOT NULL, server_host text NOT NULL, type smallint NOT NULL, password text NOT NULL,
  serverkey text NOT NULL DEFAULT '', salt text NOT NULL DEFAULT '', iterationcount integer NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT now(), PRIMARY KEY (server_host, username, type)
);
CREATE TABLE last (
  username text NOT NULL, server_host text NOT NULL, seconds text NOT NULL, state text NOT NULL,
  PRIMARY KEY (server_host, username)
);
CREATE TABLE rosterusers (
  username text NOT NULL, server_host text NOT NULL, jid text NOT NULL, nick text NOT NULL,
  subscription character(1) NOT NULL, ask character(1) NOT NULL, approved boolean not null default false,
  askmessage text NOT NULL, server character(1) NOT NULL, subscribe text NOT NULL, type text,
  created_at timestamp NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX ON rosterusers (server_host, username, jid);
CREATE INDEX ON rosterusers (server_host, jid);
CREATE TABLE rostergroups (
  username text NOT NULL, server_host text NOT NULL, jid text NOT NULL, grp text NOT NULL
);
CREATE INDEX ON rostergroups (server_host, username, jid);
CREATE TABLE sr_group (
  name text NOT NULL, server_host text NOT NULL, opts text NOT NULL, created_at timestamp NOT NULL DEFAULT now(),
  PRIMARY KEY (server_host, name)
);
CREATE TABLE sr_user (
  jid text NOT NULL, server_host text NOT NULL, grp text NOT NULL, PRIMARY KEY (server_host, jid, grp)
);
CREATE TABLE spool (
  username text NOT NULL, server_host text NOT NULL, xml text NOT NULL, seq bigserial,
  created_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX ON spool (server_host, username);
CREATE TABLE archive (
  username text NOT NULL, server_host text NOT NULL, timestamp bigint NOT NULL, peer text NOT NULL,
  bare_peer text NOT NULL, xml text NOT NULL, txt text, id bigserial, kind text, nick text, origin_id text,
  created_at timestamp NOT NULL DEFAULT now()
);
CREATE INDEX ON archive (server_host, username, timestamp);
CREATE INDEX ON archive (server_host, username, peer);
CREATE INDEX ON archive (server_host, username, bare_peer);
CREATE INDEX ON archive (server_host, timestamp);
CREATE INDEX ON archive (server_host, username, origin_id);
CREATE TABLE vcard (
  username text NOT NULL, server_host text NOT NULL, vcard text NOT NULL, PRIMARY KEY (server_host, username)
);
CREATE TABLE vcard_search (
  username text NOT NULL, lusername text NOT NULL, server_host text NOT NULL, fn text, lfn text, family text,
  lfamily text, given text, lgiven text, middle text, lmiddle text, nickname text, lnickname text, bday text,
  lbday text, ctry text, lctry text, locality text, llocality text, email text, lemail text, orgname text,
  lorgname text, orgunit text, lorgunit text, PRIMARY KEY (server_host, lusername)
);
CREATE TABLE privacy_default_list (
  username text NOT NULL, server_host text NOT NULL, name text NOT NULL, PRIMARY KEY (server_host, username)
);
CREATE TABLE privacy_list (
  username text NOT NULL, server_host text NOT NULL, name text NOT NULL, id bigserial UNIQUE
);
CREATE UNIQUE INDEX ON privacy_list (server_host, username, name);
CREATE TABLE privacy_list_data (
  id bigint REFERENCES privacy_list(id) ON DELETE CASCADE, t character(1) NOT NULL, value text NOT NULL,
  action character(1) NOT NULL, ord numeric NOT NULL, match_all boolean NOT NULL, match_iq boolean NOT NULL,
  match_message boolean NOT NULL, match_presence_in boolean NOT NULL, match_presence_out boolean NOT NULL
);
CREATE INDEX ON privacy_list_data (id);
CREATE TABLE private_storage (
  username text NOT NULL, server_host text NOT NULL, namespace text NOT NULL, data text NOT NULL,
  PRIMARY KEY (server_host, username, namespace)
);
CREATE TABLE pubsub_node (
  host text NOT NULL, node text NOT NULL, parent text NOT NULL DEFAULT '', plugin text NOT NULL,
  nodeid bigserial UNIQUE
);
CREATE UNIQUE INDEX ON pubsub_node (host, node);
CREATE TABLE pubsub_node_option (
  nodeid bigint REFERENCES pubsub_node(nodeid) ON DELETE CASCADE, name text NOT NULL, val text NOT NULL
);
CREATE INDEX ON pubsub_node_option (nodeid);
CREATE TABLE pubsub_state (
  nodeid bigint REFERENCES pubsub_node(nodeid) ON DELETE CASCADE, jid text NOT NULL, affiliation character(1),
  subscriptions text NOT NULL DEFAULT '', stateid bigserial UNIQUE
);
CREATE TABLE pubsub_item (
  nodeid bigint REFERENCES pubsub_node(nodeid) ON DELETE CASCADE, itemid text NOT NULL, publisher text NOT NULL,
  creation varchar(32) NOT NULL, modification varchar(32) NOT NULL, payload text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX ON pubsub_item (nodeid, itemid);
CREATE TABLE muc_room (
  name text NOT NULL, server_host text NOT NULL, host text NOT NULL, opts text NOT NULL
);
CREATE UNIQUE INDEX ON muc_room (name, host);
