-- insert_order --
-- Keep an order; answers nothing if its id is taken. Where a device of staff wants to know, that goes with it.
WITH kept AS (
INSERT INTO orders (store, order_id, number, placed_at, accepted_at, format, fingerprint, body, plan,
    page_token_hash, sequence, payment_status, fulfillment_status, fulfillment_method, is_open,
    needs_attention, due_at, due_for, facts, ended_at, is_history, search,
    tasks, moved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10, 1, $11, $12, $13, $14, $15, $16, $17, $18::jsonb, $19, $20, $21,
    $22::text[], ($18::jsonb ->> 'moved_at')::timestamptz)
ON CONFLICT DO NOTHING
RETURNING store, order_id, is_history
), arrived AS (
INSERT INTO push_arrivals (store, order_id) SELECT store, order_id FROM kept
WHERE NOT is_history AND EXISTS (SELECT FROM push_devices WHERE ended_at IS NULL AND new_orders)
)
SELECT order_id, pg_notify('pakhuis_orders', store || '/' || order_id) FROM kept

-- fingerprint --
SELECT fingerprint FROM orders WHERE store = $1 AND order_id = $2

-- insert_lines --
INSERT INTO order_lines (store, order_id, line_id, position, kind, sku, name, ordered, shipped, delivered)
SELECT $1, $2, line_id, position, kind, sku, name, ordered, shipped, delivered
FROM jsonb_to_recordset($3::jsonb) AS lines (line_id text, position integer, kind text, sku text, name text,
    ordered integer, shipped integer, delivered integer)

-- unstarted --
-- Orders whose workflow nobody has started, oldest first; recent ones are still being delivered.
SELECT store, order_id FROM orders
WHERE started_at IS NULL AND NOT is_history AND accepted_at < now() - $1::interval
ORDER BY accepted_at LIMIT $2

-- to_start --
SELECT plan, started_at, ended_at, is_history FROM orders WHERE store = $1 AND order_id = $2

-- overdue --
-- Orders whose deadline passed and that were not moved on by it. In any order, so that those which cannot be
-- helped do not stand in the way of the others.
SELECT store, order_id FROM orders
WHERE due_at < now() - $1::interval AND started_at IS NOT NULL AND ended_at IS NULL
ORDER BY random() LIMIT $2

-- mark_started --
UPDATE orders SET started_at = now()
FROM unnest($1::text[], $2::text[]) AS done (store, order_id)
WHERE orders.store = done.store AND orders.order_id = done.order_id AND started_at IS NULL

-- lock_order --
SELECT plan, facts, sequence, ended_at, is_history FROM orders WHERE store = $1 AND order_id = $2 FOR NO KEY UPDATE
