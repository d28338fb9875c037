-- Moves the messages of one owner from the copy into the archive, as one transaction, and gives how many were new. A message is
-- there already where the same text stands at the same millisecond, as often as it is in the copy.
CREATE FUNCTION pg_temp.archive_messages(o text, d text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  moved bigint;
  is_new boolean := NOT EXISTS (SELECT FROM archive WHERE username = o AND server_host = d);
BEGIN
  WITH counted AS (
    SELECT *, row_number() OVER (PARTITION BY ms, md5(xml) ORDER BY place) AS nth FROM imera_import.message WHERE owner = o
  ), missing AS (
    SELECT * FROM counted AS c WHERE is_new OR nth > (
      SELECT count(*) FROM archive AS a
      WHERE a.username = o AND a.server_host = d AND a.timestamp BETWEEN c.ms * 1000 AND c.ms * 1000 + 999 AND a.xml = c.xml)
  )
  INSERT INTO archive (username, server_host, timestamp, peer, bare_peer, xml, txt, kind, nick, origin_id)
  SELECT o, d, ms * 1000 + row_number() OVER (PARTITION BY ms ORDER BY place) - 1 + CASE WHEN is_new THEN 0 ELSE (
      SELECT count(*) FROM archive AS a
      WHERE a.username = o AND a.server_host = d AND a.timestamp BETWEEN ms * 1000 AND ms * 1000 + 999) END,
    peer, bare_peer, xml, txt, kind, nick, origin_id
  FROM missing ORDER BY ms, place;
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;
