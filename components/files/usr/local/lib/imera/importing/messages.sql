-- Messages on their way into the archive: of one or more owners, and all that are equal.
CREATE TEMPORARY TABLE arriving (
  place integer,
  owner text,
  ms bigint,
  kind text,
  peer text,
  xml text,
  txt text,
  nick text,
  origin_id text,
  -- Whether it counts in a report: of a message that is in two archives, one does.
  is_counted boolean
) ON COMMIT DELETE ROWS;

-- What the archive has of the owners at the times of what has arrived. Times that lie within a minute of each other are looked up in one
-- go: what else an owner has there is little then, however much there is in between the others. The order has it found by the index that
-- begins with all three.
CREATE VIEW pg_temp.there AS
  WITH arrival AS (
    SELECT owner, ms, ms - lag(ms) OVER (PARTITION BY owner ORDER BY ms) > 60000 AS is_late FROM arriving
  ), place AS (
    SELECT owner, ms, count(*) FILTER (WHERE is_late) OVER (PARTITION BY owner ORDER BY ms) AS span FROM arrival
  )
  SELECT owner, timestamp / 1000 AS ms, xml, kind, count(*) AS number
  FROM (SELECT owner, min(ms) AS first, max(ms) AS last FROM place GROUP BY owner, span) AS span, LATERAL (
    SELECT timestamp, xml, kind FROM archive
    WHERE server_host = current_setting('imera.domain') AND username = owner AND timestamp BETWEEN first * 1000 AND last * 1000 + 999
    ORDER BY timestamp) AS a
  GROUP BY owner, timestamp / 1000, xml, kind;

-- Archives what has arrived and is not there yet, and gives how many messages are there then, by kind of the report. A message is there
-- where the same text stands at the same millisecond, as often as it has arrived. Nothing is known of the temporary table when a
-- query is planned, and a plan that was good for an empty archive is kept while it fills: so only those plans are left that are
-- good for both.
CREATE FUNCTION pg_temp.archive_arrived() RETURNS jsonb LANGUAGE sql
SET enable_seqscan = off SET enable_nestloop = off SET enable_mergejoin = off SET jit = off AS $$
  WITH known AS MATERIALIZED (
    SELECT * FROM pg_temp.there
  ), filled AS (
    SELECT owner, ms, sum(number) AS number FROM known GROUP BY owner, ms
  ), counted AS (
    SELECT *, row_number() OVER (PARTITION BY owner, ms, xml ORDER BY place) AS nth FROM arriving
  ), missing AS (
    SELECT c.* FROM counted AS c LEFT JOIN known AS k USING (owner, ms, xml) WHERE nth > coalesce(k.number, 0)
  ), new AS (
    INSERT INTO archive (username, server_host, timestamp, peer, bare_peer, xml, txt, kind, nick, origin_id)
    SELECT owner, current_setting('imera.domain'),
      -- Those that find no microsecond of their own share the last one.
      ms * 1000 + least(999, row_number() OVER (PARTITION BY owner, ms ORDER BY place) - 1 + coalesce(f.number, 0)),
      peer, split_part(peer, '/', 1), xml, txt, kind, nick, origin_id
    FROM missing LEFT JOIN filled AS f USING (owner, ms) ORDER BY place
    RETURNING username AS owner, timestamp / 1000 AS ms, xml, kind, 1 AS number
  )
  SELECT jsonb_build_object(
    'roomMessages', coalesce(sum(number) FILTER (WHERE kind = 'groupchat'), 0),
    'messages', coalesce(sum(number) FILTER (WHERE kind = 'chat'), 0))
  FROM (SELECT owner, ms, xml, kind, number FROM known UNION ALL SELECT owner, ms, xml, kind, number FROM new) AS a
  WHERE (owner, ms, xml) IN (SELECT owner, ms, xml FROM arriving WHERE is_counted);
$$;
