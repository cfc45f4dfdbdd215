-- issued --
SELECT year, number, language, issued_at, pages, is_substituted, content_sealed, sha256
FROM invoices WHERE store = $1 AND order_id = $2 AND kind = $3 LIMIT 1;

-- open_series --
-- The row that everybody who wants the next number waits for.
INSERT INTO number_series (store, kind, year) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- lock_series --
SELECT last FROM number_series WHERE store = $1 AND kind = $2 AND year = $3 FOR UPDATE;

-- count_up --
UPDATE number_series SET last = last + 1 WHERE store = $1 AND kind = $2 AND year = $3;

-- insert --
INSERT INTO invoices (store, order_id, kind, year, number, language, issued_at, issued_by, pages,
    is_substituted, content_sealed, sha256)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- logo --
SELECT kind, content FROM store_logos WHERE store = $1;

-- keep_logo --
INSERT INTO store_logos (store, kind, content) VALUES ($1, $2, $3)
ON CONFLICT (store) DO UPDATE SET kind = EXCLUDED.kind, content = EXCLUDED.content, changed_at = now();

-- remove_logo --
DELETE FROM store_logos WHERE store = $1;
