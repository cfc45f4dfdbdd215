-- recorded --
-- What is known under this sequence number and after it.
SELECT max(decided_at) FROM timeline WHERE store = $1 AND order_id = $2 AND sequence >= $3

-- lock --
-- How far the order is; its row is held until the end of the transaction.
SELECT sequence FROM orders WHERE store = $1 AND order_id = $2 FOR NO KEY UPDATE

-- addressee --
-- Where an order's mails go.
SELECT orders.accepted_at, orders.body -> 'customer' ->> 'email' AS email, orders.body ->> 'locale' AS locale,
    stores.settings::text
FROM orders JOIN stores USING (store) WHERE store = $1 AND order_id = $2

-- forget_timeline --
DELETE FROM timeline WHERE store = $1 AND order_id = $2 AND sequence >= $3

-- forget_mails --
DELETE FROM mails WHERE store = $1 AND coalesce(order_id, '') = $2 AND sequence >= $3 AND state = 'queued' AND attempt = 0

-- forget_answers --
UPDATE commands SET outcome = NULL, answer = NULL, answered_at = NULL, sequence = NULL
WHERE store = $1 AND order_id = $2 AND sequence >= $3

-- write --
-- All that a transition changes, in one statement and so in one transaction: a round trip each would cost
-- more than the work. It answers nothing, and has changed nothing, if the order's row was written by somebody
-- else since this statement began ($19 is false: nobody holds the row), or was further already.
WITH the_order AS (
    UPDATE orders SET sequence = $3, payment_status = $4, fulfillment_status = $5, is_open = $6,
        needs_attention = $7, due_at = $8, due_for = $9, facts = $10::jsonb, changed_at = now(),
        tasks = $22::text[], moved_at = ($10::jsonb ->> 'moved_at')::timestamptz,
        ended_at = CASE WHEN $11::timestamptz IS NULL THEN NULL ELSE coalesce(ended_at, $11) END,
        started_at = coalesce(started_at, now()),
        search = CASE WHEN $12::text IS NULL THEN search ELSE search || $12 END
    WHERE store = $1 AND order_id = $2 AND ($19::boolean OR (sequence < $20::integer
        AND xmin = (SELECT xmin FROM orders WHERE store = $1 AND order_id = $2)))
    RETURNING store, order_id
), the_lines AS (
    UPDATE order_lines AS kept SET cancelled = line.cancelled, picked = line.picked, packed = line.packed,
        shipped = line.shipped, delivered = line.delivered, returned = line.returned
    FROM the_order, jsonb_to_recordset($13::jsonb) AS line (line_id text, cancelled integer, picked integer,
        packed integer, shipped integer, delivered integer, returned integer)
    WHERE kept.store = the_order.store AND kept.order_id = the_order.order_id AND kept.line_id = line.line_id
        AND (kept.cancelled, kept.picked, kept.packed, kept.shipped, kept.delivered, kept.returned)
            IS DISTINCT FROM
            (line.cancelled, line.picked, line.packed, line.shipped, line.delivered, line.returned)
), the_timeline AS (
    INSERT INTO timeline (store, order_id, sequence, position, at, kind, outcome, actor, command_id, text,
        decided_at)
    SELECT store, the_order.order_id, sequence, position, at, kind, outcome, actor, command_id, text, $15
    FROM the_order, jsonb_to_recordset($14::jsonb) AS entry (sequence integer, position integer, at timestamptz,
        kind text, outcome text, actor text, command_id text, text jsonb)
), the_answers AS (
    -- A command keeps its first answer: a copy that arrives again is noted on the timeline only.
    UPDATE commands SET outcome = answer.outcome, answer = answer.text, answered_at = now(),
        sequence = answer.sequence, delivered_at = coalesce(delivered_at, now())
    FROM the_order, jsonb_to_recordset($16::jsonb) AS answer (command_id text, outcome text, text jsonb,
        sequence integer)
    WHERE commands.store = the_order.store AND commands.order_id = the_order.order_id AND commands.command_id = answer.command_id
        AND commands.outcome IS NULL
), now_open AS (
    SELECT store, order_id, key, reason, since, text
    FROM the_order, jsonb_to_recordset($17::jsonb) AS entry (key text, reason text, since timestamptz, text jsonb)
), no_longer AS (
    DELETE FROM attention USING the_order
    WHERE attention.store = the_order.store AND attention.order_id = the_order.order_id
        AND key NOT IN (SELECT key FROM now_open)
), the_attention AS (
    INSERT INTO attention (store, order_id, key, reason, since, text)
    SELECT store, order_id, key, reason, since, text FROM now_open
    -- Newer words take the place of older ones; what was over and came back is told anew.
    ON CONFLICT (store, order_id, key) DO UPDATE SET text = EXCLUDED.text, since = EXCLUDED.since,
        digested_in = CASE WHEN attention.since = EXCLUDED.since THEN attention.digested_in END
    WHERE (attention.text, attention.since) IS DISTINCT FROM (EXCLUDED.text, EXCLUDED.since)
), the_mails AS (
    INSERT INTO mails (store, order_id, mail_key, kind, sequence, recipient, is_copy, language, facts,
        message_id, not_before)
    SELECT store, order_id, mail_key, kind, sequence, recipient, is_copy, language, facts, message_id,
        (SELECT received_at + undo_seconds * interval '1 second' FROM commands
            WHERE commands.store = the_order.store AND commands.order_id = the_order.order_id
                AND commands.command_id = mail.command_id)
    FROM the_order, jsonb_to_recordset($18::jsonb) AS mail (mail_key text, kind text, sequence integer,
        recipient text, is_copy boolean, language text, facts jsonb, message_id text, command_id text)
    ON CONFLICT DO NOTHING
), the_verdicts AS (
    -- A person's word on a mail; of one that is under way, or was sent, it changes nothing. The store's choice
    -- is over then: what becomes unknown after a person had it sent again waits for a person.
    UPDATE mails SET state = CASE verdict WHEN 'arrived' THEN 'sent' ELSE 'queued' END, phase = 'none',
        attempt = attempt + CASE verdict WHEN 'again' THEN 1 ELSE 0 END,
        sent_at = CASE verdict WHEN 'arrived' THEN now() ELSE sent_at END, sent_again = true, lease_until = NULL,
        reply_code = NULL, reply_text = verdict || ', says ' || by
    FROM the_order, jsonb_to_recordset($21::jsonb) AS word (key text, verdict text, by text)
    WHERE mails.store = the_order.store AND coalesce(mails.order_id, '') = the_order.order_id AND mails.mail_key = word.key
        AND mails.state IN ('unknown', 'failed')
)
SELECT pg_notify('pakhuis_answers', store || '/' || order_id) FROM the_order

-- insert_timeline --
INSERT INTO timeline (store, order_id, sequence, position, at, kind, outcome, actor, command_id, text, decided_at)
SELECT $1, $2, sequence, position, at, kind, outcome, actor, command_id, text, $4
FROM jsonb_to_recordset($3::jsonb) AS entry (sequence integer, position integer, at timestamptz, kind text,
    outcome text, actor text, command_id text, text jsonb)
