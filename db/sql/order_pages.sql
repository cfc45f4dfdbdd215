-- by_token --
-- A link ends some time after its order did, or after it was given anew ($2, $3).
SELECT store, order_id, page_token_hash,
    coalesce(greatest(ended_at + $2::interval, page_issued_at + $3::interval) <= now() AND ended_at IS NOT NULL, false)
        AS has_ended
FROM orders WHERE page_token_hash = $1

-- let_in --
INSERT INTO order_page_visits (visit_hash, pass_hash, page_token_hash, ends_at)
VALUES ($1, $2, $3, now() + $4::interval)

-- end_old --
DELETE FROM order_page_visits WHERE ends_at <= now()

-- end_oldest --
-- Of one link: all but the newest.
DELETE FROM order_page_visits WHERE visit_hash IN (
    SELECT visit_hash FROM order_page_visits WHERE page_token_hash = $1 ORDER BY began_at DESC OFFSET $2)

-- by_cookie --
SELECT store, order_id, page_token_hash, pass_hash IS NOT NULL AS is_first, sequence,
    coalesce(greatest(ended_at + $2::interval, page_issued_at + $3::interval) <= now() AND ended_at IS NOT NULL, false)
        AS has_ended
FROM order_page_visits JOIN orders USING (page_token_hash)
WHERE visit_hash = $1 AND ends_at > now()

-- came_back --
UPDATE order_page_visits SET pass_hash = NULL WHERE visit_hash = $1

-- by_pass --
-- Once: the visit ends with it, for its cookie was refused.
WITH refused AS (
    DELETE FROM order_page_visits WHERE pass_hash = $1 AND began_at > now() - $2::interval RETURNING page_token_hash
)
SELECT store, order_id FROM refused JOIN orders USING (page_token_hash)

-- lock --
SELECT page_issue, page_token_hash FROM orders WHERE store = $1 AND order_id = $2 FOR NO KEY UPDATE

-- replace --
UPDATE orders SET page_issue = $3, page_token_hash = $4, page_issued_at = now() WHERE store = $1 AND order_id = $2

-- end_visits --
DELETE FROM order_page_visits WHERE page_token_hash = $1
