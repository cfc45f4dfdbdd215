-- as_sent --
-- The bytes of one mail of an order as they were handed over, sealed; NULL where none were made yet.
SELECT number, mail_key, kind, recipient, is_copy, language, state, created_at, sent_at, not_before, raw, message_id,
    (SELECT number FROM orders WHERE store = $1 AND order_id = $2) AS order_number
FROM mails WHERE store = $1 AND order_id = $2 AND number = $3

-- number_of --
SELECT number FROM mails WHERE store = $1 AND coalesce(order_id, '') = $2 AND mail_key = $3

-- caused_by --
-- The mails to the customer that a command caused and that still wait for its taking back.
SELECT mail_key, kind, not_before FROM mails
WHERE mails.store = $1 AND coalesce(mails.order_id, '') = $2 AND NOT is_copy AND state IN ('queued', 'retry')
    AND phase = 'none' AND not_before > now()
    AND sequence = (SELECT sequence FROM commands
        WHERE commands.store = $1 AND commands.order_id = $2 AND command_id = $3)
ORDER BY number
