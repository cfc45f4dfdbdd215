-- check --
-- Keep how many units of a line were taken from the shelf.
INSERT INTO pick_checks (store, order_id, line_id, picked_before, quantity, actor) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (store, order_id, line_id) DO UPDATE SET picked_before = EXCLUDED.picked_before,
    quantity = EXCLUDED.quantity, actor = EXCLUDED.actor, at = now()

-- checks --
SELECT store, order_id, line_id, picked_before, quantity FROM pick_checks
WHERE (store, order_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
