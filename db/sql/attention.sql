-- page --
-- What needs a person, the oldest first: of these stores, for these reasons, after this place in the list.
SELECT entry.store, entry.order_id, entry.key, entry.reason, entry.since, entry.text, orders.number,
    coalesce(orders.body -> 'customer' ->> 'name', '') AS customer
FROM attention AS entry JOIN orders USING (store, order_id)
WHERE ($1::text[] IS NULL OR entry.store = ANY ($1)) AND ($2::text[] IS NULL OR entry.reason = ANY ($2))
    AND ($3::timestamptz IS NULL OR (entry.since, entry.store, entry.order_id, entry.key) > ($3, $4, $5, $6))
ORDER BY entry.since, entry.store, entry.order_id, entry.key LIMIT $7

-- counts --
SELECT reason, count(*) AS entries FROM attention WHERE $1::text[] IS NULL OR store = ANY ($1) GROUP BY reason

-- hold_words --
-- What people wrote as the reasons of the holds of these orders.
SELECT DISTINCT payload ->> 'reason' AS words FROM commands
WHERE (store, order_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND type = 'hold'
    AND payload ->> 'reason' IS NOT NULL
