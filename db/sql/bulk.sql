-- insert_job --
-- Keep a job; answers nothing if its id is taken.
INSERT INTO bulk_jobs (job_id, actor, request_id, fingerprint) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING job_id

-- insert_rows --
-- The orders of a job, in the order they are named; each once.
INSERT INTO bulk_rows (job_id, position, store, order_id)
SELECT $1, row_number() OVER (ORDER BY min(place)) - 1, store, order_id
FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS named (store, order_id, place)
GROUP BY store, order_id

-- there --
-- Those of these orders that there are.
SELECT store, order_id FROM orders
WHERE (store, order_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))

-- named --
-- The orders that people name so, by their number or their id, in these stores; all stores for NULL.
SELECT store, order_id, number FROM orders
WHERE (order_id = ANY($1::text[]) OR number = ANY($1::text[])) AND ($2::text[] IS NULL OR store = ANY($2::text[]))
ORDER BY accepted_at

-- job --
SELECT job_id, actor, request_id, fingerprint, kind, fields, unread, undo_seconds, created_at, started_at, done_at,
    mails_stopped_at
FROM bulk_jobs WHERE job_id = $1

-- stores_of --
SELECT DISTINCT store FROM bulk_rows WHERE job_id = $1

-- counts --
SELECT count(*) AS orders,
    count(*) FILTER (WHERE rows.command IS NULL) AS left_out,
    count(*) FILTER (WHERE commands.outcome IN ('applied', 'repeated')) AS applied,
    count(*) FILTER (WHERE coalesce(commands.outcome = 'refused', rows.problem IS NOT NULL)) AS refused,
    count(*) FILTER (WHERE rows.given_at IS NULL AND rows.command IS NOT NULL) AS to_give
FROM bulk_rows AS rows LEFT JOIN commands USING (store, order_id, command_id) WHERE job_id = $1

-- rows --
-- Rows of a job with how each ended: all of them, or those that stand as $2 says.
SELECT * FROM (
    SELECT rows.position, rows.store, rows.order_id, orders.number, rows.command_id, rows.command, rows.problem,
        rows.given_at, commands.outcome, commands.answer,
        CASE WHEN rows.command IS NULL THEN 'left_out'
            WHEN coalesce(commands.outcome = 'refused', rows.problem IS NOT NULL) THEN 'refused'
            WHEN commands.outcome IS NOT NULL THEN 'applied' ELSE 'waiting' END AS stands,
        CASE WHEN commands.answer IS NULL THEN '{}' ELSE ARRAY(SELECT DISTINCT other.payload ->> 'reason' FROM commands AS other
            WHERE other.store = rows.store AND other.order_id = rows.order_id AND other.payload ? 'reason') END AS words
    FROM bulk_rows AS rows JOIN orders USING (store, order_id)
        LEFT JOIN commands USING (store, order_id, command_id)
    WHERE job_id = $1 AND position > $3
) AS standing
WHERE $2::text IS NULL OR stands = $2 ORDER BY position LIMIT $4

-- plan_job --
UPDATE bulk_jobs SET kind = $2, fields = $3::jsonb, unread = $4::jsonb, undo_seconds = $5
WHERE job_id = $1 AND started_at IS NULL RETURNING job_id

-- plan_rows --
UPDATE bulk_rows SET command_id = planned.command_id, command = planned.command, problem = NULL
FROM bulk_rows AS kept LEFT JOIN jsonb_to_recordset($2::jsonb) AS planned
    (position integer, command_id text, command jsonb) USING (position)
WHERE kept.job_id = $1 AND bulk_rows.job_id = $1 AND bulk_rows.position = kept.position

-- start --
UPDATE bulk_jobs SET started_at = now() WHERE job_id = $1 AND started_at IS NULL AND kind IS NOT NULL
RETURNING job_id

-- lease --
-- Take a job that nobody carries out: this one, or the one that waits longest.
UPDATE bulk_jobs SET leased_by = $1, lease_until = now() + $3::interval
WHERE job_id = (SELECT job_id FROM bulk_jobs
    WHERE started_at IS NOT NULL AND done_at IS NULL AND job_id = coalesce($2, job_id)
        AND (lease_until IS NULL OR lease_until < now() OR leased_by = $1)
    ORDER BY started_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING job_id, actor, request_id, kind, undo_seconds, mails_stopped_at IS NOT NULL AS without_mails

-- renew --
UPDATE bulk_jobs SET lease_until = now() + $3::interval WHERE job_id = $2 AND leased_by = $1
RETURNING mails_stopped_at IS NOT NULL AS without_mails

-- give_back --
UPDATE bulk_jobs SET leased_by = NULL, lease_until = NULL WHERE job_id = $2 AND leased_by = $1

-- to_give --
SELECT position, store, order_id, command_id, command FROM bulk_rows
WHERE job_id = $1 AND given_at IS NULL AND command IS NOT NULL ORDER BY position LIMIT $2

-- given --
UPDATE bulk_rows SET given_at = now(), problem = $3::jsonb
WHERE job_id = $1 AND position = $2 AND given_at IS NULL

-- finish --
UPDATE bulk_jobs SET done_at = now(), leased_by = NULL, lease_until = NULL
WHERE job_id = $1 AND done_at IS NULL AND NOT EXISTS (SELECT FROM bulk_rows
    WHERE bulk_rows.job_id = $1 AND given_at IS NULL AND command IS NOT NULL)
RETURNING job_id

-- stop_mails --
UPDATE bulk_jobs SET mails_stopped_at = now() WHERE job_id = $1 AND mails_stopped_at IS NULL

-- waiting_mails --
-- The mails to customers that the commands of a job caused and that can still be stopped.
SELECT mails.store, mails.order_id, mails.mail_key
FROM bulk_rows AS rows JOIN commands USING (store, order_id, command_id)
    JOIN mails ON mails.store = rows.store AND coalesce(mails.order_id, '') = rows.order_id
        AND mails.sequence = commands.sequence
WHERE job_id = $1 AND NOT is_copy AND state IN ('queued', 'retry') AND phase = 'none' AND not_before > now()

-- recent --
SELECT job_id, kind, created_at, started_at, done_at, (SELECT count(*) FROM bulk_rows
    WHERE bulk_rows.job_id = bulk_jobs.job_id) AS orders
FROM bulk_jobs WHERE actor = $1 ORDER BY created_at DESC, job_id LIMIT $2

-- begun --
-- Jobs that were begun, the latest first, after a place in that list; all actors' for NULL.
SELECT job_id, actor, kind, started_at, done_at, mails_stopped_at, (SELECT count(*) FROM bulk_rows
    WHERE bulk_rows.job_id = bulk_jobs.job_id) AS orders
FROM bulk_jobs
WHERE started_at IS NOT NULL AND ($1::text IS NULL OR actor = $1)
    AND ($2::timestamptz IS NULL OR (started_at, job_id) < ($2, $3::uuid))
ORDER BY started_at DESC, job_id DESC LIMIT $4

-- forget --
-- Jobs that were chosen and never begun, and those that were done long ago: what they did stands with their orders.
DELETE FROM bulk_jobs WHERE created_at < now() - $1::interval AND (started_at IS NULL OR done_at IS NOT NULL)
