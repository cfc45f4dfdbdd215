-- add --
INSERT INTO audit (actor, act, subject, facts, request_id, network) VALUES ($1, $2, $3, $4, $5, $6)

-- page --
SELECT number, at, actor, act, subject, facts, request_id, network FROM audit
WHERE ($1::text IS NULL OR actor = $1 OR subject = $1) AND ($2::bigint IS NULL OR number < $2)
ORDER BY number DESC LIMIT $3

-- actors --
SELECT DISTINCT actor FROM audit ORDER BY actor LIMIT 500
