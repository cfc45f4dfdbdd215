-- lines_of --
-- The order as it was accepted, its store's settings, and how many units of each line were cancelled.
SELECT orders.body, stores.settings, now() AS now,
    (SELECT coalesce(jsonb_object_agg(line_id, cancelled), '{}') FROM order_lines
     WHERE order_lines.store = orders.store AND order_lines.order_id = orders.order_id) AS cancelled
FROM orders JOIN stores USING (store)
WHERE orders.store = $1 AND orders.order_id = $2

-- make --
-- One link per line, file and issue. Answers the hashes of those that were not there yet.
INSERT INTO downloads (token_hash, store, order_id, line_id, file, issue, expires_at, remaining)
SELECT token_hash, $1, $2, $3, file, $4, $5, $6
FROM unnest($7::bytea[], $8::text[]) WITH ORDINALITY AS link (token_hash, file, position)
ORDER BY position
ON CONFLICT ON CONSTRAINT one_link_per_file_and_issue DO NOTHING
RETURNING token_hash

-- revoke_older --
UPDATE downloads SET revoked_at = clock_timestamp()
WHERE store = $1 AND order_id = $2 AND line_id = $3 AND issue <> $4 AND revoked_at IS NULL

-- links --
-- The links that were not replaced, and whether each opens now.
SELECT downloads.token_hash, line_id, file, issue, expires_at, remaining,
    (expires_at IS NULL OR expires_at > clock_timestamp())
        AND (remaining IS NULL OR remaining > 0)
        AND orders.payment_status <> 'REFUNDED' AS is_alive
FROM downloads
JOIN orders USING (store, order_id)
JOIN order_lines USING (store, order_id, line_id)
WHERE store = $1 AND order_id = $2 AND ($3::text IS NULL OR issue = $3) AND revoked_at IS NULL
ORDER BY order_lines.position, file

-- see --
SELECT store, order_id, file, expires_at,
    revoked_at IS NOT NULL AS is_replaced,
    orders.payment_status = 'REFUNDED' AS is_refunded,
    coalesce(expires_at <= clock_timestamp(), false) AS is_expired,
    coalesce(remaining = 0, false) AS is_used_up,
    coalesce(last_used_at > clock_timestamp() - $2::interval, false) AS may_continue
FROM downloads JOIN orders USING (store, order_id)
WHERE token_hash = $1

-- count_use --
-- Count one download; answers nothing if the link does not open (any more).
UPDATE downloads SET remaining = remaining - 1, last_used_at = clock_timestamp()
FROM orders
WHERE token_hash = $1 AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > clock_timestamp())
    AND (remaining IS NULL OR remaining > 0)
    AND orders.store = downloads.store AND orders.order_id = downloads.order_id
    AND orders.payment_status <> 'REFUNDED'
RETURNING downloads.store, downloads.order_id, downloads.file
