-- tell --
-- A process is there, or still there.
INSERT INTO processes (process_id, kind, version, build, host) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (process_id) DO UPDATE SET seen_at = now()

-- leave --
DELETE FROM processes WHERE process_id = $1

-- forget --
DELETE FROM processes WHERE seen_at < now() - $1::interval

-- seen --
SELECT process_id, kind, version, build, host, started_at, seen_at FROM processes
WHERE seen_at > now() - $1::interval ORDER BY kind, started_at
