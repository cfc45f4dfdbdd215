-- lagging --
-- What lies longer than it should: how many, and one of them to look at. Payments whose order never came wait
-- for good and are left out.
SELECT 'unstarted' AS what, count(*) AS how_many, min(order_id) AS example FROM orders
WHERE started_at IS NULL AND NOT is_history AND accepted_at < now() - $1::interval
UNION ALL
SELECT 'undelivered', count(*), min(order_id) FROM commands JOIN orders USING (store, order_id)
WHERE outcome IS NULL AND delivered_at IS NULL AND received_at < now() - $1::interval
UNION ALL
SELECT 'untried', count(*), coalesce(min(order_id), '') FROM mails
WHERE state = 'queued' AND attempt = 0 AND greatest(created_at, not_before) < now() - $2::interval
UNION ALL
SELECT 'overdue', count(*), min(order_id) FROM orders
WHERE due_at < now() - $3::interval AND started_at IS NOT NULL AND ended_at IS NULL

-- files_wanted --
-- The files that open orders promise and that living links lead to, each with one of its orders.
SELECT file, min(order_id) AS example FROM (
    SELECT file, orders.order_id
    FROM orders, jsonb_array_elements(body -> 'lines') AS line, jsonb_array_elements_text(line -> 'files') AS file
    WHERE is_open AND EXISTS (SELECT FROM order_lines AS kept
        WHERE kept.store = orders.store AND kept.order_id = orders.order_id
            AND kept.line_id = line ->> 'line_id' AND kept.cancelled < kept.ordered)
    UNION ALL
    SELECT file, order_id FROM downloads
    WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) AND remaining IS DISTINCT FROM 0
) AS wanted
GROUP BY file ORDER BY file
