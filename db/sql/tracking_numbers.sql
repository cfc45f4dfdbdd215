-- others --
-- Orders of this store, but this one, that have a parcel under these tracking numbers. What the index finds is put in
-- order afterwards: to walk all orders by their date until enough are found would be slow, as mostly none is.
SELECT asked.tracking_number, other.number
FROM unnest($3::text[], $4::text[]) AS asked (tracking_number, pattern)
CROSS JOIN LATERAL (
    SELECT number FROM (
        SELECT number, placed_at, order_id, facts FROM orders
        WHERE store = $1 AND order_id <> $2 AND search LIKE asked.pattern OFFSET 0
    ) AS found
    WHERE EXISTS (
        SELECT FROM jsonb_array_elements(facts -> 'parcels') AS parcel
        WHERE parcel ->> 'tracking_number' = asked.tracking_number AND parcel ->> 'state' <> 'void'
    )
    ORDER BY placed_at DESC, order_id LIMIT $5
) AS other
