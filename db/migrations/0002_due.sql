-- Orders whose deadline passed and that nobody moved on are looked for every minute.
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL AND ended_at IS NULL;
