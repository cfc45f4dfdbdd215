-- Orders that came in as history are found by their tracking numbers too. The numbers need no more than small letters:
-- commands and imports take none with accents.

UPDATE orders SET search = left(search || ' ' || lower(numbers.all_of_them), 20000)
FROM (
    SELECT store, order_id, string_agg(parcel ->> 'tracking_number', ' ') AS all_of_them
    FROM orders, jsonb_array_elements(facts -> 'parcels') AS parcel
    WHERE is_history AND parcel ->> 'tracking_number' IS NOT NULL
    GROUP BY store, order_id
) AS numbers
WHERE orders.store = numbers.store AND orders.order_id = numbers.order_id;
