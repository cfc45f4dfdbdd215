-- insert_mails --
-- In this file mails are found by (store, coalesce(order_id, '')), as the index has them: a digest's have no order.
INSERT INTO mails (store, order_id, mail_key, kind, sequence, recipient, is_copy, language, facts, message_id)
SELECT $1, $2, mail_key, kind, sequence, recipient, is_copy, language, facts, message_id
FROM jsonb_to_recordset($3::jsonb) AS mail (mail_key text, kind text, sequence integer, recipient text,
    is_copy boolean, language text, facts jsonb, message_id text)
ON CONFLICT DO NOTHING

-- take --
UPDATE mails SET state = 'sending', phase = 'envelope', attempt = attempt + 1
FROM stores
WHERE mails.store = $1 AND coalesce(order_id, '') = coalesce($2, '') AND mail_key = $3
    AND stores.store = mails.store
    AND (state IN ('queued', 'retry') OR (state = 'sending' AND phase IN ('none', 'envelope')))
RETURNING number, mails.store, order_id, kind, recipient, is_copy, language, facts, message_id, raw, settings::text,
    attempt, created_at

-- look --
SELECT state FROM mails
WHERE store = $1 AND coalesce(order_id, '') = coalesce($2, '') AND mail_key = $3

-- lost --
UPDATE mails SET state = 'unknown'
WHERE store = $1 AND coalesce(order_id, '') = coalesce($2, '') AND mail_key = $3
    AND state = 'sending' AND phase = 'data' AND lease_until <= now()
RETURNING number

-- enter_data --
UPDATE mails SET phase = 'data', lease_until = now() + $3::interval, raw = coalesce(raw, $4)
WHERE number = $1 AND attempt = $2 AND state = 'sending' AND phase = 'envelope'
RETURNING number

-- settle --
UPDATE mails SET state = $3, reply_code = $4, reply_text = $5, lease_until = NULL, phase = 'none',
    sent_at = CASE WHEN $3 = 'sent' THEN now() ELSE sent_at END
WHERE number = $1 AND attempt = $2 AND state = 'sending'

-- unsent --
SELECT facts FROM mails
WHERE store = $1 AND coalesce(order_id, '') = $2 AND state IN ('queued', 'retry', 'sending') ORDER BY number

-- late --
-- Mails that nobody sends: their order's workflow had ended when they were written.
SELECT mails.store, mails.order_id, mails.mail_key, mails.kind FROM mails JOIN orders USING (store, order_id)
WHERE mails.state = 'queued' AND mails.attempt = 0 AND orders.ended_at IS NOT NULL
    AND mails.created_at < now() - $1::interval
ORDER BY mails.number LIMIT 200
