-- Names are found without their accents, and goods by their barcode: orders that came before are brought up to that.
-- The same as orders/searchable.py.

UPDATE orders SET search = replace(replace(replace(
        translate(regexp_replace(normalize(lower(search), NFKD), '[\u0300-\u036f]', '', 'g'), 'øłđ', 'old'),
        'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
WHERE search !~ '^[ -~]*$';

UPDATE orders SET search = search || ' ' || barcodes.all_of_them
FROM (
    SELECT store, order_id, lower(string_agg(line ->> 'barcode', ' ')) AS all_of_them
    FROM orders, jsonb_array_elements(body -> 'lines') AS line
    WHERE line ->> 'barcode' <> '' GROUP BY store, order_id
) AS barcodes
WHERE orders.store = barcodes.store AND orders.order_id = barcodes.order_id;
