-- insert --
-- Keep a command; answers nothing if its id is taken for this order.
INSERT INTO commands (store, order_id, command_id, type, actor, payload, fingerprint, request_id, undo_seconds)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)
ON CONFLICT DO NOTHING
RETURNING number

-- known --
SELECT fingerprint FROM commands WHERE store = $1 AND order_id = $2 AND command_id = $3

-- standing --
-- The orders under this id: whether each has a workflow that runs, and commands still to be delivered.
SELECT store, started_at IS NOT NULL AND ended_at IS NULL AS runs,
    EXISTS (SELECT FROM commands WHERE commands.store = orders.store AND commands.order_id = orders.order_id
        AND outcome IS NULL AND delivered_at IS NULL) AS waits
FROM orders WHERE order_id = $1 AND store = coalesce($2, store) LIMIT 2

-- answer --
SELECT outcome, answer, payload FROM commands WHERE store = $1 AND order_id = $2 AND command_id = $3

-- words --
-- The reasons that people gave with the commands of one order.
SELECT DISTINCT payload ->> 'reason' AS words FROM commands
WHERE store = $1 AND order_id = $2 AND payload ? 'reason'

-- undelivered --
-- Commands of one order that Temporal has not been given, in the order they came.
SELECT number, command_id, type, actor, payload FROM commands
WHERE store = $1 AND order_id = $2 AND outcome IS NULL AND (delivered_at IS NULL OR $3)
ORDER BY number

-- mark_delivered --
UPDATE commands SET delivered_at = now(), deliveries = deliveries + 1
WHERE number = ANY($1::bigint[]) AND outcome IS NULL

-- orders_waiting --
-- Orders with commands nobody delivered, or delivered long ago and never answered: the engine may have
-- lost them. The pause grows with every delivery.
SELECT store, order_id, bool_or(delivered_at IS NOT NULL) AS again, min(received_at) AS since
FROM commands JOIN orders USING (store, order_id)
WHERE outcome IS NULL
    AND CASE WHEN delivered_at IS NULL THEN received_at < now() - $1::interval
        ELSE delivered_at < now() - least(interval '1 hour', interval '1 minute' * power(2, deliveries - 1)) END
GROUP BY store, order_id ORDER BY since LIMIT $2

-- settle --
UPDATE commands SET outcome = $4, answer = $5::jsonb, answered_at = now()
WHERE store = $1 AND order_id = $2 AND command_id = $3 AND outcome IS NULL

-- answered --
SELECT command_id FROM commands WHERE store = $1 AND order_id = $2 AND outcome IS NOT NULL ORDER BY number

-- adopt --
UPDATE commands SET store = orders.store FROM orders
WHERE commands.store = '' AND commands.order_id = orders.order_id
    AND orders.store = coalesce($1, orders.store) AND orders.order_id = coalesce($2, orders.order_id)
    AND NOT EXISTS (SELECT FROM commands AS other WHERE other.store = orders.store
        AND other.order_id = commands.order_id AND other.command_id = commands.command_id)
