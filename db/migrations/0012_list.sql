-- The desk's list: what waits for whom, found and counted at a hundred thousand orders.

-- What the shop can do next, first things first. NULL: not worked out yet (`pakhuis migrate` does it).
ALTER TABLE orders ADD COLUMN tasks text[];
ALTER TABLE orders ADD COLUMN moved_at timestamptz;
CREATE INDEX orders_to_pick ON orders (accepted_at, store, order_id) WHERE 'pick' = ANY (tasks);
CREATE INDEX orders_to_pack ON orders (accepted_at, store, order_id) WHERE 'pack' = ANY (tasks);
CREATE INDEX orders_to_hand_over ON orders (accepted_at, store, order_id)
    WHERE tasks && ARRAY['label', 'hand_over', 'make_ready', 'bring', 'confirm_delivery'];
CREATE INDEX orders_to_collect ON orders (accepted_at, store, order_id) WHERE 'collect' = ANY (tasks);
CREATE INDEX orders_unpaid ON orders (accepted_at, store, order_id) WHERE 'collect_payment' = ANY (tasks);
CREATE INDEX orders_held ON orders (accepted_at, store, order_id) WHERE 'release' = ANY (tasks);
