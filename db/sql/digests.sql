-- due --
-- Stores with something new that needs a person or runs low, and whose last digest is long enough ago.
SELECT store, digested_at, settings FROM stores
WHERE EXISTS (SELECT FROM attention WHERE attention.store = stores.store AND digested_in IS NULL)
    OR EXISTS (SELECT FROM low_stock
        WHERE low_stock.store = stores.store AND since IS NOT NULL AND digested_in IS NULL)

-- claim --
UPDATE attention SET digested_in = $2 WHERE store = $1 AND digested_in IS NULL

-- told --
SELECT attention.order_id, orders.number, attention.reason, attention.text, attention.since,
    ARRAY(SELECT payload ->> 'reason' FROM commands WHERE commands.store = attention.store
        AND commands.order_id = attention.order_id AND payload ? 'reason') AS words
FROM attention JOIN orders USING (store, order_id)
WHERE attention.store = $1 AND digested_in = $2 ORDER BY attention.since LIMIT 200

-- mark --
UPDATE stores SET digested_at = now() WHERE store = $1

-- keys --
SELECT mail_key FROM mails
WHERE store = $1 AND coalesce(order_id, '') = '' AND starts_with(mail_key, $2) ORDER BY number

-- lock_store --
-- Held until the end of the transaction, against another digest; orders of the store may come in meanwhile.
SELECT settings FROM stores WHERE store = $1 FOR NO KEY UPDATE
