-- order --
SELECT store, order_id, number, placed_at, accepted_at, format, body, plan, sequence, payment_status,
    fulfillment_status, fulfillment_method, is_open, needs_attention, due_at, due_for, facts, ended_at, is_history,
    changed_at, page_token_hash, page_issue
FROM orders WHERE store = $1 AND order_id = $2

-- whole --
-- An order with its timeline and what became of its mails, in one round trip.
SELECT store, order_id, number, placed_at, accepted_at, format, body, plan, sequence, payment_status,
    fulfillment_status, fulfillment_method, is_open, needs_attention, due_at, due_for, facts, ended_at, is_history,
    changed_at, page_token_hash, page_issue,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('at', moment.at, 'kind', moment.kind,
            'outcome', moment.outcome, 'actor', moment.actor, 'command_id', moment.command_id,
            'text', moment.text, 'words',
            -- Looked up one by one: a join goes through all of an order's commands for each, where the planner
            -- does not know how many there are.
            (SELECT payload ->> 'reason' FROM commands WHERE commands.store = moment.store
                AND commands.order_id = moment.order_id AND commands.command_id = moment.command_id))
            ORDER BY moment.sequence, moment.position), '[]')
        FROM timeline AS moment
        WHERE moment.store = orders.store AND moment.order_id = orders.order_id) AS timeline,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('number', number, 'mail_key', mail_key, 'kind', kind, 'is_copy', is_copy,
            'state', state, 'created_at', created_at, 'sent_at', sent_at, 'not_before', not_before)
            ORDER BY mails.number), '[]')
        FROM mails WHERE mails.store = orders.store AND coalesce(mails.order_id, '') = orders.order_id) AS mails,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('note_id', note_id, 'author', author, 'text', text, 'at', at)
            ORDER BY version, at, note_id), '[]')
        FROM notes WHERE notes.store = orders.store AND notes.order_id = orders.order_id) AS notes,
    (SELECT jsonb_build_object('actor', actor, 'name', name, 'since', since, 'until', until, 'taken_from', taken_from)
        FROM claims WHERE claims.store = orders.store AND claims.order_id = orders.order_id AND until > now()) AS claim
FROM orders WHERE store = $1 AND order_id = $2

-- attention --
SELECT reason, count(*) AS orders FROM attention GROUP BY reason ORDER BY reason

-- census --
SELECT fulfillment_status, payment_status, count(*) AS orders FROM orders WHERE is_open GROUP BY 1, 2 ORDER BY 1, 2

-- backlog --
SELECT (SELECT count(*) FROM orders WHERE started_at IS NULL AND NOT is_history) AS unstarted_orders,
    (SELECT count(*) FROM commands WHERE outcome IS NULL) AS unanswered_commands,
    (SELECT count(*) FROM mails WHERE state NOT IN ('sent', 'bounced') AND state <> 'withdrawn') AS unsent_mails,
    (SELECT count(*) FROM mails WHERE state = 'failed') AS failed_mails,
    (SELECT count(*) FROM mails WHERE state = 'unknown') AS unknown_mails,
    (SELECT count(*) FROM mails WHERE state IN ('failed', 'unknown') AND order_id IS NULL) AS untold_digests,
    (SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0) FROM commands WHERE outcome IS NULL) AS oldest_command_seconds,
    (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM mails WHERE state NOT IN ('sent', 'bounced') AND state <> 'withdrawn') AS oldest_mail_seconds
