-- due --
-- Stores with something new that needs a person, and whose last digest is long enough ago.
SELECT store, digested_at, settings FROM stores
WHERE EXISTS (SELECT FROM attention WHERE attention.store = stores.store AND digested_in IS NULL)

-- claim --
UPDATE attention SET digested_in = $2 WHERE store = $1 AND digested_in IS NULL

-- told --
SELECT attention.order_id, orders.number, attention.text, attention.since
FROM attention JOIN orders USING (store, order_id)
WHERE attention.store = $1 AND digested_in = $2 ORDER BY attention.since LIMIT 200

-- mark --
UPDATE stores SET digested_at = now() WHERE store = $1

-- keys --
SELECT mail_key FROM mails WHERE store = $1 AND order_id IS NULL AND mail_key LIKE $2 ORDER BY mail_key
