-- Functions that write one person. They last as long as the session, and one call is one transaction.

-- Digests of what is stored of a person, by kind and key.
CREATE FUNCTION pg_temp.stored_of(u text, d text) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object(
    'credential', (SELECT jsonb_object_agg(type, md5(concat_ws(E'\n', password, serverkey, salt, iterationcount)))
      FROM users WHERE username = u AND server_host = d),
    'contact', (SELECT jsonb_object_agg(jid, md5(concat_ws(E'\n', nick, subscription, ask, askmessage, (
        SELECT string_agg(grp, E'\n' ORDER BY grp) FROM rostergroups AS g
        WHERE g.username = u AND g.server_host = d AND g.jid = r.jid))))
      FROM rosterusers AS r WHERE username = u AND server_host = d),
    'vcard', (SELECT jsonb_build_object('', md5(vcard)) FROM vcard WHERE username = u AND server_host = d),
    'private', (SELECT jsonb_object_agg(namespace, md5(data)) FROM private_storage WHERE username = u AND server_host = d),
    'list', (SELECT jsonb_object_agg(name, md5((
        SELECT string_agg(concat_ws(E'\n', t, value, action, ord, match_all, match_iq, match_message, match_presence_in,
          match_presence_out), E'\n' ORDER BY ord) FROM privacy_list_data AS i WHERE i.id = l.id)))
      FROM privacy_list AS l WHERE username = u AND server_host = d),
    'item', (SELECT jsonb_object_agg(n.node || E'\n' || i.itemid, md5(i.payload))
      FROM pubsub_node AS n JOIN pubsub_item AS i USING (nodeid) WHERE n.host = u || '@' || d)
  );
$$;

-- Whether a new value may be written: there is none, or the one that an import wrote. What was removed here stays removed.
CREATE FUNCTION pg_temp.is_free(kind text, key text, stored jsonb, written jsonb) RETURNS boolean LANGUAGE sql AS $$
  SELECT (stored -> kind ->> key) IS NOT DISTINCT FROM (written -> kind ->> key);
$$;

CREATE FUNCTION pg_temp.write_credentials(u text, d text, new jsonb) RETURNS void LANGUAGE sql AS $$
  DELETE FROM users WHERE username = u AND server_host = d;
  INSERT INTO users (username, server_host, type, password, serverkey, salt, iterationcount)
  SELECT u, d, type, "storedKey", "serverKey", salt, iterations
  FROM jsonb_to_recordset(new) AS c(type smallint, "storedKey" text, "serverKey" text, salt text, iterations integer);
$$;

CREATE FUNCTION pg_temp.write_contacts(u text, d text, new jsonb, stored jsonb, written jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  free text[] := ARRAY(SELECT c ->> 'jid' FROM jsonb_array_elements(new) AS c
    WHERE pg_temp.is_free('contact', c ->> 'jid', stored, written));
  gone text[] := ARRAY(SELECT jid FROM jsonb_object_keys(coalesce(written -> 'contact', '{}')) AS jid
    WHERE pg_temp.is_free('contact', jid, stored, written)
    AND NOT EXISTS (SELECT FROM jsonb_array_elements(new) AS c WHERE c ->> 'jid' = jid));
BEGIN
  DELETE FROM rosterusers WHERE username = u AND server_host = d AND jid = ANY (free || gone);
  DELETE FROM rostergroups WHERE username = u AND server_host = d AND jid = ANY (free || gone);
  INSERT INTO rosterusers (username, server_host, jid, nick, subscription, ask, approved, askmessage, server, subscribe, type)
  SELECT u, d, jid, name, subscription, ask, false, message, 'N', '', 'item'
  FROM jsonb_to_recordset(new) AS c(jid text, name text, subscription text, ask text, message text) WHERE jid = ANY (free);
  INSERT INTO rostergroups (username, server_host, jid, grp)
  SELECT u, d, c ->> 'jid', grp FROM jsonb_array_elements(new) AS c, jsonb_array_elements_text(c -> 'groups') AS grp
  WHERE c ->> 'jid' = ANY (free);
END $$;

CREATE FUNCTION pg_temp.write_vcard(u text, d text, new jsonb, stored jsonb, written jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE s jsonb := new -> 'search';
BEGIN
  IF jsonb_typeof(new) <> 'object' OR NOT pg_temp.is_free('vcard', '', stored, written) THEN RETURN; END IF;
  DELETE FROM vcard WHERE username = u AND server_host = d;
  DELETE FROM vcard_search WHERE lusername = u AND server_host = d;
  INSERT INTO vcard (username, server_host, vcard) VALUES (u, d, new ->> 'xml');
  INSERT INTO vcard_search (username, lusername, server_host, fn, lfn, family, lfamily, given, lgiven, middle, lmiddle,
    nickname, lnickname, bday, lbday, ctry, lctry, locality, llocality, email, lemail, orgname, lorgname, orgunit, lorgunit)
  SELECT u, u, d, fn, lower(fn), family, lower(family), given, lower(given), middle, lower(middle), nickname, lower(nickname),
    bday, lower(bday), ctry, lower(ctry), locality, lower(locality), email, lower(email), orgname, lower(orgname), orgunit,
    lower(orgunit)
  FROM jsonb_to_record(s) AS c(fn text, family text, given text, middle text, nickname text, bday text, ctry text,
    locality text, email text, orgname text, orgunit text);
END $$;

CREATE FUNCTION pg_temp.write_private(u text, d text, new jsonb, stored jsonb, written jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO private_storage (username, server_host, namespace, data)
  SELECT u, d, namespace, xml FROM jsonb_to_recordset(new) AS c(namespace text, xml text)
  WHERE pg_temp.is_free('private', namespace, stored, written)
  ON CONFLICT (server_host, username, namespace) DO UPDATE SET data = excluded.data;
$$;

CREATE FUNCTION pg_temp.write_privacy(u text, d text, new jsonb, stored jsonb, written jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  list jsonb;
  list_id bigint;
BEGIN
  FOR list IN SELECT l FROM jsonb_array_elements(new -> 'lists') AS l
    WHERE pg_temp.is_free('list', l ->> 'name', stored, written) LOOP
    DELETE FROM privacy_list WHERE username = u AND server_host = d AND name = list ->> 'name';
    INSERT INTO privacy_list (username, server_host, name) VALUES (u, d, list ->> 'name') RETURNING id INTO list_id;
    INSERT INTO privacy_list_data
      (id, t, value, action, ord, match_all, match_iq, match_message, match_presence_in, match_presence_out)
    SELECT list_id, t, value, action, ord, matches = '[]', matches ? 'match_iq', matches ? 'match_message',
      matches ? 'match_presence_in', matches ? 'match_presence_out'
    FROM jsonb_to_recordset(list -> 'rules') AS c(t text, value text, action text, ord numeric, matches jsonb);
  END LOOP;
  INSERT INTO privacy_default_list (username, server_host, name)
  SELECT u, d, new ->> 'default' WHERE new ->> 'default' IS NOT NULL
  ON CONFLICT (server_host, username) DO NOTHING;
END $$;

CREATE FUNCTION pg_temp.write_offline(u text, d text, new jsonb) RETURNS void LANGUAGE sql AS $$
  WITH fresh AS (
    INSERT INTO imera_import.offline (server_host, username, digest)
    SELECT d, u, md5(xml) FROM jsonb_array_elements_text(new) AS xml ON CONFLICT DO NOTHING RETURNING digest
  )
  INSERT INTO spool (username, server_host, xml)
  SELECT u, d, xml FROM jsonb_array_elements_text(new) WITH ORDINALITY AS c(xml, place)
  WHERE md5(xml) IN (SELECT digest FROM fresh) ORDER BY place;
$$;

-- Nodes as ejabberd's plugin pep makes them, and their items.
CREATE FUNCTION pg_temp.write_nodes(u text, d text, new jsonb, stored jsonb, written jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  own text := u || '@' || d;
  each jsonb;
  node_id bigint;
BEGIN
  FOR each IN SELECT n FROM jsonb_array_elements(new) AS n LOOP
    SELECT nodeid INTO node_id FROM pubsub_node WHERE host = own AND node = each ->> 'node';
    IF NOT FOUND THEN
      INSERT INTO pubsub_node (host, node, parent, plugin) VALUES (own, each ->> 'node', '', 'pep') RETURNING nodeid INTO node_id;
      INSERT INTO pubsub_node_option (nodeid, name, val) VALUES
        (node_id, 'access_model', each ->> 'access'), (node_id, 'max_items', each ->> 'maxItems'), (node_id, 'persist_items', 'true'),
        (node_id, 'publish_model', 'publishers'), (node_id, 'send_last_published_item', 'on_sub_and_presence'),
        (node_id, 'deliver_payloads', 'true'), (node_id, 'deliver_notifications', 'true'), (node_id, 'notify_retract', 'false'),
        (node_id, 'notify_delete', 'false'), (node_id, 'notify_config', 'false'), (node_id, 'presence_based_delivery', 'true'),
        (node_id, 'notification_type', 'headline'), (node_id, 'max_payload_size', '250000'), (node_id, 'purge_offline', 'false'),
        (node_id, 'roster_groups_allowed', '[]'), (node_id, 'itemreply', 'none'), (node_id, 'sql', 'true'), (node_id, 'rsm', 'true'),
        (node_id, 'subscribe', 'true');
      INSERT INTO pubsub_state (nodeid, jid, affiliation, subscriptions) VALUES (node_id, own, 'o', '');
    END IF;
    DELETE FROM pubsub_item AS i USING jsonb_to_recordset(each -> 'items') AS c(id text)
    WHERE i.nodeid = node_id AND i.itemid = c.id
      AND pg_temp.is_free('item', (each ->> 'node') || E'\n' || c.id, stored, written);
    INSERT INTO pubsub_item (nodeid, itemid, publisher, creation, modification, payload)
    SELECT node_id, c.id, own, pg_temp.erlang_time(moment), pg_temp.erlang_time(moment), xml
    FROM jsonb_to_recordset(each -> 'items') AS c(id text, xml text, moment timestamptz)
    WHERE pg_temp.is_free('item', (each ->> 'node') || E'\n' || c.id, stored, written);
  END LOOP;
END $$;

CREATE FUNCTION pg_temp.write_rest(u text, d text, doc jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO last (username, server_host, seconds, state)
  SELECT u, d, floor(extract(epoch FROM (doc #>> '{lastSeen,at}')::timestamptz))::bigint::text, doc #>> '{lastSeen,status}'
  WHERE doc #>> '{lastSeen,at}' IS NOT NULL
  ON CONFLICT (server_host, username) DO NOTHING;
$$;

-- Digests of what imports wrote, after one more: what was not free to be written stays as it was noted before.
CREATE FUNCTION pg_temp.written_after(before jsonb, written jsonb, stored jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT coalesce(jsonb_object_agg(kind, digests), '{}') FROM (
    SELECT kind, jsonb_object_agg(key, digest) AS digests FROM (
      SELECT kind, key, CASE WHEN pg_temp.is_free(kind, key, before, written) THEN stored -> kind ->> key
        ELSE written -> kind ->> key END AS digest
      FROM unnest(ARRAY['credential', 'contact', 'vcard', 'private', 'list', 'item']) AS kind,
        LATERAL (SELECT jsonb_object_keys(coalesce(nullif(stored -> kind, 'null'), '{}'))
          UNION SELECT jsonb_object_keys(coalesce(written -> kind, '{}'))) AS keys(key)
    ) AS keyed WHERE digest IS NOT NULL GROUP BY kind
  ) AS kinds;
$$;

-- How ejabberd writes a moment of a personal node.
CREATE FUNCTION pg_temp.erlang_time(moment timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(':', lpad((us / 1000000000000)::text, 6, '0'), lpad((us / 1000000 % 1000000)::text, 6, '0'),
    lpad((us % 1000000)::text, 6, '0'))
  FROM (SELECT (extract(epoch FROM coalesce(moment, now())) * 1000000)::bigint AS us) AS at;
$$;

-- Writes a person: {"user", "outcome"}, and "why" where the outcome is "failed". existing: "leave" or "merge".
CREATE FUNCTION pg_temp.import_person(doc jsonb, d text, existing text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  u text := doc ->> 'user';
  known imera_import.person;
  is_there boolean := EXISTS (SELECT FROM users WHERE username = u AND server_host = d);
  stored jsonb := pg_temp.stored_of(u, d);
  written jsonb;
BEGIN
  SELECT * INTO known FROM imera_import.person WHERE username = u AND server_host = d;
  IF known.username IS NULL AND is_there AND existing = 'leave' THEN
    RETURN jsonb_build_object('user', u, 'outcome', 'left alone');
  END IF;
  IF known.username IS NOT NULL AND NOT is_there THEN
    RETURN jsonb_build_object('user', u, 'outcome', 'removed here');
  END IF;
  written := coalesce(known.written, '{}');
  IF NOT is_there OR (stored -> 'credential' = written -> 'credential' AND doc ->> 'origin' <> 'none') THEN
    PERFORM pg_temp.write_credentials(u, d, doc -> 'credentials');
    known.unknown_keys := CASE WHEN doc ->> 'origin' IN ('none', 'unusable') THEN
      (SELECT array_agg(md5(password)) FROM users WHERE username = u AND server_host = d) END;
  END IF;
  PERFORM pg_temp.write_contacts(u, d, doc -> 'contacts', stored, written);
  PERFORM pg_temp.write_vcard(u, d, doc -> 'vcard', stored, written);
  PERFORM pg_temp.write_private(u, d, doc -> 'private', stored, written);
  PERFORM pg_temp.write_privacy(u, d, doc -> 'privacy', stored, written);
  PERFORM pg_temp.write_offline(u, d, doc -> 'offline');
  PERFORM pg_temp.write_nodes(u, d, doc -> 'nodes', stored, written);
  PERFORM pg_temp.write_rest(u, d, doc);
  INSERT INTO imera_import.person (server_host, username, written, salts, unknown_keys)
  VALUES (d, u, pg_temp.written_after(stored, written, pg_temp.stored_of(u, d)),
    (SELECT coalesce(jsonb_object_agg(type, salt), '{}') FROM users WHERE username = u AND server_host = d), known.unknown_keys)
  ON CONFLICT (server_host, username)
  DO UPDATE SET written = excluded.written, salts = excluded.salts, unknown_keys = excluded.unknown_keys, imported_at = now();
  RETURN jsonb_build_object('user', u, 'outcome', CASE WHEN is_there THEN 'brought up to date' ELSE 'imported' END);
EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
  RETURN jsonb_build_object('user', u, 'outcome', 'failed', 'why', SQLERRM);
END $$;
