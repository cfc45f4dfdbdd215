-- order --
SELECT store, order_id, number, placed_at, accepted_at, format, body, plan, sequence, payment_status,
    fulfillment_status, fulfillment_method, is_open, needs_attention, due_at, due_for, facts, ended_at, is_history,
    changed_at, page_token_hash
FROM orders WHERE store = $1 AND order_id = $2

-- timeline --
SELECT timeline.sequence, timeline.at, timeline.kind, timeline.outcome, timeline.actor, timeline.command_id,
    timeline.text, commands.payload ->> 'reason' AS words
FROM timeline LEFT JOIN commands USING (store, order_id, command_id)
WHERE timeline.store = $1 AND timeline.order_id = $2
ORDER BY timeline.sequence, timeline.position

-- reasons --
-- The words behind the digests that stand for them in the workflow.
SELECT command_id, payload ->> 'reason' AS words FROM commands
WHERE store = $1 AND order_id = $2 AND type IN ('hold', 'cancel', 'delivery_failed', 'release') AND payload ? 'reason'

-- mails --
SELECT mail_key, kind, is_copy, state, attempt, reply_code, created_at, sent_at FROM mails
WHERE store = $1 AND order_id = $2 ORDER BY number

-- attention --
SELECT reason, count(*) AS orders FROM attention GROUP BY reason ORDER BY reason

-- census --
SELECT fulfillment_status, payment_status, count(*) AS orders FROM orders WHERE is_open GROUP BY 1, 2 ORDER BY 1, 2

-- backlog --
SELECT (SELECT count(*) FROM orders WHERE started_at IS NULL AND NOT is_history) AS unstarted_orders,
    (SELECT count(*) FROM commands WHERE outcome IS NULL) AS unanswered_commands,
    (SELECT count(*) FROM mails WHERE state NOT IN ('sent', 'bounced')) AS unsent_mails,
    (SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0) FROM commands WHERE outcome IS NULL) AS oldest_command_seconds,
    (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM mails WHERE state NOT IN ('sent', 'bounced')) AS oldest_mail_seconds
