-- recorded --
-- What is known under this sequence number and after it.
SELECT max(decided_at) FROM timeline WHERE store = $1 AND order_id = $2 AND sequence >= $3

-- lock --
SELECT sequence FROM orders WHERE store = $1 AND order_id = $2 FOR UPDATE

-- forget_timeline --
DELETE FROM timeline WHERE store = $1 AND order_id = $2 AND sequence >= $3

-- forget_mails --
DELETE FROM mails WHERE store = $1 AND order_id = $2 AND sequence >= $3 AND state = 'queued' AND attempt = 0

-- forget_answers --
UPDATE commands SET outcome = NULL, answer = NULL, answered_at = NULL, sequence = NULL
WHERE store = $1 AND order_id = $2 AND sequence >= $3

-- update_order --
UPDATE orders SET sequence = $3, payment_status = $4, fulfillment_status = $5, is_open = $6,
    needs_attention = $7, due_at = $8, due_for = $9, facts = $10::jsonb,
    ended_at = CASE WHEN $11::timestamptz IS NULL THEN NULL ELSE coalesce(ended_at, $11) END, changed_at = now(),
    started_at = coalesce(started_at, now()),
    search = CASE WHEN $12::text IS NULL THEN search ELSE search || $12 END
WHERE store = $1 AND order_id = $2

-- update_lines --
UPDATE order_lines AS kept SET cancelled = line.cancelled, picked = line.picked, packed = line.packed,
    shipped = line.shipped, delivered = line.delivered, returned = line.returned
FROM jsonb_to_recordset($3::jsonb) AS line (line_id text, cancelled integer, picked integer, packed integer,
    shipped integer, delivered integer, returned integer)
WHERE kept.store = $1 AND kept.order_id = $2 AND kept.line_id = line.line_id
    AND (kept.cancelled, kept.picked, kept.packed, kept.shipped, kept.delivered, kept.returned)
        IS DISTINCT FROM
        (line.cancelled, line.picked, line.packed, line.shipped, line.delivered, line.returned)

-- insert_timeline --
INSERT INTO timeline (store, order_id, sequence, position, at, kind, outcome, actor, command_id, text, decided_at)
SELECT $1, $2, sequence, position, at, kind, outcome, actor, command_id, text, $4
FROM jsonb_to_recordset($3::jsonb) AS entry (sequence integer, position integer, at timestamptz, kind text,
    outcome text, actor text, command_id text, text jsonb)

-- answer_commands --
-- A command keeps its first answer: a copy that arrives again is noted on the timeline only.
UPDATE commands SET outcome = answer.outcome, answer = answer.text, answered_at = now(), sequence = answer.sequence,
    delivered_at = coalesce(delivered_at, now())
FROM jsonb_to_recordset($3::jsonb) AS answer (command_id text, outcome text, text jsonb, sequence integer)
WHERE commands.store = $1 AND commands.order_id = $2 AND commands.command_id = answer.command_id
    AND commands.outcome IS NULL

-- tell_those_who_wait --
SELECT pg_notify('pakhuis_answers', $1)

-- replace_attention --
WITH now_open AS (
    SELECT key, reason, since, text
    FROM jsonb_to_recordset($3::jsonb) AS entry (key text, reason text, since timestamptz, text jsonb)
), gone AS (
    DELETE FROM attention WHERE store = $1 AND order_id = $2 AND key NOT IN (SELECT key FROM now_open)
)
INSERT INTO attention (store, order_id, key, reason, since, text)
SELECT $1, $2, key, reason, since, text FROM now_open
ON CONFLICT (store, order_id, key) DO NOTHING

-- addressee --
SELECT orders.body -> 'customer' ->> 'email' AS email, orders.body ->> 'locale' AS locale, orders.accepted_at, stores.settings
FROM orders JOIN stores USING (store) WHERE store = $1 AND order_id = $2
