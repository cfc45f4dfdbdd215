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
    AND (not_before IS NULL OR not_before <= now())
RETURNING number, mails.store, order_id, kind, recipient, is_copy, language, facts, message_id, raw, settings::text,
    attempt, created_at

-- rest --
-- How long a mail still waits for its time.
SELECT not_before - now() FROM mails
WHERE store = $1 AND coalesce(order_id, '') = coalesce($2, '') AND mail_key = $3
    AND state IN ('queued', 'retry') AND not_before > now()

-- take_oldest --
-- The oldest mail after this one that waits because the relay was away (no answer, 421), or would not talk to us
-- at all (5xx): not one that the relay wants later for its own sake (4xx).
UPDATE mails SET state = 'sending', phase = 'envelope', attempt = attempt + 1
FROM stores
WHERE number = (SELECT number FROM mails
        WHERE state = 'retry' AND number > $1 AND (reply_code IS NULL OR reply_code = 421 OR reply_code >= 500)
            AND (not_before IS NULL OR not_before <= now())
        ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
    AND stores.store = mails.store
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
UPDATE mails SET phase = 'data', entered_data_at = now(), lease_until = now() + $3::interval, raw = coalesce(raw, $4)
WHERE number = $1 AND attempt = $2 AND state = 'sending' AND phase = 'envelope'
RETURNING number

-- settle --
-- An answer that comes when nobody waited for it any more still settles a mail that was called unknown.
UPDATE mails SET state = $3, reply_code = $4, reply_text = $5, lease_until = NULL, phase = 'none',
    sent_at = CASE WHEN $3 = 'sent' THEN now() ELSE sent_at END
WHERE number = $1 AND attempt = $2 AND (state = 'sending' OR (state = 'unknown' AND $3 = 'sent'))

-- give_up --
UPDATE mails SET state = 'failed', phase = 'none'
WHERE store = $1 AND coalesce(order_id, '') = coalesce($2, '') AND mail_key = $3
    AND (state IN ('queued', 'retry') OR (state = 'sending' AND phase IN ('none', 'envelope')))
RETURNING number

-- doubt --
SELECT number, attempt, kind, state, message_id, coalesce(entered_data_at, created_at) AS entered_data_at,
    sent_again, settings::text
FROM mails JOIN stores USING (store)
WHERE store = $1 AND coalesce(order_id, '') = coalesce($2, '') AND mail_key = $3

-- answered_before --
-- What the timeline says of this command where it is about to be written anew; of one without an id, by its place.
SELECT outcome, text FROM timeline
WHERE store = $1 AND order_id = $2 AND kind = $3 AND command_id IS NOT DISTINCT FROM $4::text
    AND ($4::text IS NOT NULL OR sequence = $5::integer)
ORDER BY sequence, position LIMIT 1

-- as_written --
-- A mail as it was written down, and how it stands.
SELECT facts, recipient, language, state FROM mails
WHERE store = $1 AND coalesce(order_id, '') = $2 AND mail_key = $3

-- stop --
-- Withdraw a mail that has surely not left: one that was sent again on a guess may have. Against `take`, whoever
-- changes the row first has it.
UPDATE mails SET state = 'withdrawn', reply_code = NULL, reply_text = 'stopped, says ' || $4
WHERE store = $1 AND coalesce(order_id, '') = $2 AND mail_key = $3
    AND state IN ('queued', 'retry') AND phase = 'none' AND NOT sent_again
RETURNING number

-- send_after_all --
UPDATE mails SET state = 'queued', attempt = attempt + 1, not_before = NULL, reply_text = 'sent after all, says ' || $4
WHERE store = $1 AND coalesce(order_id, '') = $2 AND mail_key = $3 AND state = 'withdrawn'
RETURNING number

-- sender --
SELECT orders.accepted_at, stores.settings::text
FROM orders JOIN stores USING (store) WHERE store = $1 AND order_id = $2

-- send_anew --
-- A mail that was sent, once more as a mail of its own. It waits for as long as its command may be taken back.
INSERT INTO mails (store, order_id, mail_key, kind, sequence, recipient, is_copy, language, facts, message_id,
    not_before)
SELECT store, order_id, $4, kind, $5, recipient, is_copy, language, facts || jsonb_build_object('key', $4::text), $6,
    (SELECT received_at + undo_seconds * interval '1 second' FROM commands
        WHERE commands.store = mails.store AND commands.order_id = mails.order_id AND command_id = $7)
FROM mails
WHERE store = $1 AND coalesce(order_id, '') = $2 AND mail_key = $3 AND state IN ('sent', 'bounced')
    AND (SELECT count(*) FROM mails AS earlier WHERE earlier.store = $1 AND coalesce(earlier.order_id, '') = $2
        AND starts_with(earlier.mail_key, $8)) < $9
    -- Two people who want the same at the same moment want it once.
    AND NOT EXISTS (SELECT FROM mails AS earlier WHERE earlier.store = $1 AND coalesce(earlier.order_id, '') = $2
        AND starts_with(earlier.mail_key, $8) AND earlier.state IN ('queued', 'retry', 'sending'))
ON CONFLICT DO NOTHING
RETURNING number

-- waits_anew --
-- Whether a mail that is sent anew in the place of this one has not left yet.
SELECT EXISTS (SELECT FROM mails WHERE store = $1 AND coalesce(order_id, '') = $2 AND starts_with(mail_key, $3)
    AND state IN ('queued', 'retry', 'sending'))

-- settle_doubt --
UPDATE mails SET state = $3, reply_text = $4, reply_code = NULL, sent_again = sent_again OR $5,
    sent_at = CASE WHEN $3 = 'sent' THEN now() ELSE sent_at END
WHERE number = $1 AND attempt = $2 AND state = 'unknown'

-- state --
SELECT state FROM mails WHERE number = $1

-- unsent --
-- What is still to be handed over, or to be told to a person.
SELECT facts FROM mails
WHERE store = $1 AND coalesce(order_id, '') = $2
    AND (state IN ('queued', 'retry', 'sending')
        OR (state IN ('unknown', 'failed') AND NOT EXISTS (SELECT FROM attention
            WHERE attention.store = $1 AND attention.order_id = $2
                AND key IN ('mail_unknown:' || mail_key, 'mail_failed:' || mail_key))))
ORDER BY number

-- late --
-- Mails that nobody sends: their order's workflow had ended when they were written, or put back by a person; and
-- those that no workflow knows of, for a customer asked for them.
SELECT mails.store, mails.order_id, mails.mail_key, mails.kind, mails.attempt FROM mails JOIN orders USING (store, order_id)
WHERE mails.state = 'queued' AND (orders.ended_at IS NOT NULL OR mails.kind = 'order_link')
    AND mails.created_at < now() - $1::interval AND (mails.not_before IS NULL OR mails.not_before <= now())
ORDER BY mails.number LIMIT 200
