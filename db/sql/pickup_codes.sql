-- make --
INSERT INTO pickup_codes (store, order_id, code_sealed, code_hash) VALUES ($1, $2, $3, $4)
ON CONFLICT (store, order_id) DO NOTHING

-- sealed --
SELECT code_sealed FROM pickup_codes WHERE store = $1 AND order_id = $2

-- hash --
SELECT code_hash FROM pickup_codes WHERE store = $1 AND order_id = $2

-- waiting --
-- The codes of the orders that wait at the counter.
SELECT code.store, code.order_id, code.code_hash FROM orders
JOIN pickup_codes AS code USING (store, order_id)
WHERE 'collect' = ANY (orders.tasks) AND ($1::text[] IS NULL OR orders.store = ANY ($1::text[]))
