-- one_at_a_time --
-- Two scanners at one box count one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('pakhuis box ' || $1 || '/' || $2, 0))

-- counts --
SELECT line_id, sum(quantity)::integer AS quantity FROM pack_scans
WHERE store = $1 AND order_id = $2 AND parcel = $3 GROUP BY line_id

-- known --
SELECT line_id, quantity FROM pack_scans WHERE store = $1 AND order_id = $2 AND parcel = $3 AND scan_id = $4

-- keep --
INSERT INTO pack_scans (store, order_id, parcel, scan_id, line_id, quantity, actor) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- by_number --
-- Orders that somebody calls so: by number or by id, the youngest first.
SELECT store, order_id FROM orders
WHERE (lower(number) = lower($1) OR order_id = $1) AND ($2::text[] IS NULL OR store = ANY ($2::text[]))
ORDER BY is_open DESC, accepted_at DESC LIMIT 10

-- by_article --
-- The order that has waited longest to be packed, of those that this article belongs in.
SELECT store, order_id FROM orders
WHERE 'pack' = ANY (tasks) AND ($2::text[] IS NULL OR store = ANY ($2::text[])) AND EXISTS (
    SELECT FROM jsonb_array_elements(body -> 'lines') AS line
    WHERE lower(line ->> 'sku') = lower($1) OR lower(line ->> 'barcode') = lower($1)
        OR ltrim(line ->> 'barcode', '0') = ltrim($1, '0'))
ORDER BY accepted_at, store, order_id LIMIT 1

-- article --
-- What an article is called that is not in this order: so that a wrong one can be called by its name. A barcode is
-- looked for among the last open orders only.
SELECT name FROM (
    SELECT 1 AS place, name FROM order_lines WHERE store = $1 AND sku = $2
    UNION ALL
    SELECT 2, line ->> 'name' FROM (
        SELECT body FROM orders WHERE store = $1 AND is_open ORDER BY accepted_at DESC LIMIT 200
    ) AS last, jsonb_array_elements(last.body -> 'lines') AS line
    WHERE lower(line ->> 'sku') = lower($2) OR ltrim(line ->> 'barcode', '0') = ltrim($2, '0')
) AS found ORDER BY place LIMIT 1
