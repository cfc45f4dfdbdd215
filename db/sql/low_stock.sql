-- beside_others --
-- Orders come in beside one another, but not while the limits change: until the end of the transaction.
SELECT pg_advisory_xact_lock_shared(hashtextextended('pakhuis limits ' || $1, 0))

-- alone --
SELECT pg_advisory_xact_lock(hashtextextended('pakhuis limits ' || $1, 0))

-- counted --
-- What an order says is left. One statement in the order of the SKUs: of two orders that come in at once, one waits
-- for the other and never both. A moment that lies ahead of us is a wrong clock, and must not outlast what comes after.
INSERT INTO low_stock AS known (store, sku, name, stock_left, low_limit, order_id, as_of, since)
SELECT $1, sku, name, stock_left, low_limit, $2, least($3::timestamptz, now()),
    CASE WHEN stock_left <= low_limit THEN now() END
FROM (
    SELECT sku, name, stock_left,
        coalesce((settings -> 'low_limits' ->> sku)::integer, (settings ->> 'low_limit')::integer) AS low_limit
    FROM jsonb_to_recordset($4::jsonb) AS said (sku text, name text, stock_left integer)
    JOIN stores ON store = $1
) AS counted
WHERE low_limit IS NOT NULL
ORDER BY sku
ON CONFLICT (store, sku) DO UPDATE SET
    name = EXCLUDED.name, stock_left = EXCLUDED.stock_left, low_limit = EXCLUDED.low_limit,
    order_id = EXCLUDED.order_id, as_of = EXCLUDED.as_of, changed_at = now(),
    since = CASE WHEN EXCLUDED.since IS NOT NULL THEN coalesce(known.since, EXCLUDED.since) END,
    digested_in = CASE WHEN known.since IS NOT NULL THEN known.digested_in END
WHERE EXCLUDED.as_of > known.as_of OR (EXCLUDED.as_of = known.as_of AND EXCLUDED.stock_left < known.stock_left)

-- lock --
-- All of a store, in the order in which orders take them.
SELECT sku FROM low_stock WHERE store = $1 ORDER BY sku FOR UPDATE

-- drop --
-- What has no limit any more: with no orders that tell of it, what is known would only grow old.
DELETE FROM low_stock WHERE store = $1 AND $2::integer IS NULL AND NOT $3::jsonb ? sku

-- limited --
-- What is known, held against the limits as they are now.
UPDATE low_stock SET low_limit = wanted.low_limit, changed_at = now(),
    since = CASE WHEN stock_left <= wanted.low_limit THEN coalesce(since, now()) END,
    digested_in = CASE WHEN since IS NOT NULL THEN digested_in END
FROM (SELECT sku, coalesce(($3::jsonb ->> sku)::integer, $2::integer) AS low_limit FROM low_stock WHERE store = $1)
    AS wanted
WHERE low_stock.store = $1 AND low_stock.sku = wanted.sku AND low_stock.low_limit <> wanted.low_limit

-- there_again --
-- The row stays: an order that was placed before this moment does not make it low again.
WITH before AS (SELECT store, sku, since FROM low_stock WHERE store = $1 AND sku = $2 FOR UPDATE),
solved AS (
    UPDATE low_stock SET since = NULL, stock_left = NULL, as_of = now(), changed_at = now()
    FROM before
    WHERE low_stock.store = before.store AND low_stock.sku = before.sku AND before.since IS NOT NULL
)
SELECT since IS NOT NULL FROM before

-- page --
-- What runs low in these stores, by store and SKU, after this place.
SELECT low.store, sku, name, stock_left, low_limit, order_id, orders.number, since
FROM low_stock AS low JOIN orders USING (store, order_id)
WHERE since IS NOT NULL AND ($1::text[] IS NULL OR low.store = ANY ($1))
    AND ($2::text IS NULL OR (low.store, sku) > ($2, $3))
ORDER BY low.store, sku LIMIT $4

-- longest --
-- What has run low for longest in these stores.
SELECT low.store, sku, name, stock_left, low_limit, order_id, orders.number, since
FROM low_stock AS low JOIN orders USING (store, order_id)
WHERE since IS NOT NULL AND ($1::text[] IS NULL OR low.store = ANY ($1))
ORDER BY since, low.store, sku LIMIT $2

-- count --
SELECT count(*) FROM low_stock WHERE since IS NOT NULL AND ($1::text[] IS NULL OR store = ANY ($1))

-- claim --
-- As many as one mail names; the rest waits for the next.
UPDATE low_stock SET digested_in = $2
FROM (SELECT sku FROM low_stock WHERE store = $1 AND since IS NOT NULL AND digested_in IS NULL ORDER BY sku LIMIT 200
    FOR UPDATE)
    AS untold
WHERE low_stock.store = $1 AND low_stock.sku = untold.sku

-- told --
SELECT low.store, sku, name, stock_left, low_limit, order_id, orders.number, since
FROM low_stock AS low JOIN orders USING (store, order_id)
WHERE low.store = $1 AND digested_in = $2 AND since IS NOT NULL ORDER BY name, sku LIMIT 200
