-- newest_mail --
-- The last mail of a kind that an order of this store caused, or that this order did.
SELECT order_id, facts FROM mails
WHERE store = $1 AND kind = $2 AND order_id IS NOT NULL AND NOT is_copy AND ($3::text IS NULL OR order_id = $3)
ORDER BY number DESC LIMIT 1;

-- newest_orders --
SELECT order_id FROM orders WHERE store = $1 ORDER BY placed_at DESC, order_id DESC LIMIT $2;

-- named --
SELECT order_id FROM orders WHERE store = $1 AND (order_id = $2 OR number = $2)
ORDER BY placed_at DESC LIMIT 1;
