-- ask --
INSERT INTO order_link_requests (number, email) VALUES ($1, $2)

-- take --
DELETE FROM order_link_requests WHERE request_id IN (
    SELECT request_id FROM order_link_requests ORDER BY request_id LIMIT $1 FOR UPDATE SKIP LOCKED)
RETURNING request_id, number, email

-- orders --
-- The orders that both belong to, the newest first: but for those whose link was mailed a moment ago ($3), or
-- often ($5) of late ($4).
SELECT store, order_id, accepted_at, body ->> 'locale' AS locale, body -> 'customer' ->> 'email' AS email,
    settings::text,
    coalesce(greatest(ended_at + $6::interval, page_issued_at + $7::interval) <= now() AND ended_at IS NOT NULL, false)
        AS has_ended
FROM orders JOIN stores USING (store)
WHERE lower(number) = lower($1) AND lower(body -> 'customer' ->> 'email') = lower($2)
    AND NOT EXISTS (SELECT FROM mails WHERE mails.store = orders.store
        AND coalesce(mails.order_id, '') = orders.order_id AND kind = 'order_link'
        AND created_at > now() - $3::interval)
    AND (SELECT count(*) FROM mails WHERE mails.store = orders.store
        AND coalesce(mails.order_id, '') = orders.order_id AND kind = 'order_link'
        AND created_at > now() - $4::interval) < $5::integer
ORDER BY accepted_at DESC LIMIT $8

-- issue --
-- Who replaces the link at the same moment waits for this row.
SELECT page_issue FROM orders WHERE store = $1 AND order_id = $2 FOR NO KEY UPDATE
