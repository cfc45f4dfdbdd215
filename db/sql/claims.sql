-- claim --
-- Claim an order, renew the claim, or take it over ($6); answers nothing if somebody else has it. A renewal keeps
-- since when, and is not logged.
WITH the_claim AS (
    INSERT INTO claims AS held (store, order_id, actor, name, since, until)
    VALUES ($1, $2, $3, $4, now(), now() + $5::interval)
    ON CONFLICT (store, order_id) DO UPDATE SET actor = EXCLUDED.actor, name = EXCLUDED.name, until = EXCLUDED.until,
        since = CASE WHEN held.actor = EXCLUDED.actor AND held.until > now() THEN held.since ELSE now() END,
        taken_from = CASE WHEN held.actor = EXCLUDED.actor AND held.until > now() THEN held.taken_from
            WHEN held.until > now() THEN held.actor END
    WHERE held.actor = EXCLUDED.actor OR held.until <= now() OR $6::boolean
    RETURNING store, order_id, actor, name, since, until, taken_from
), the_log AS (
    INSERT INTO claim_log (store, order_id, actor, act, taken_from)
    SELECT store, order_id, actor, CASE WHEN taken_from IS NULL THEN 'claimed' ELSE 'taken_over' END, taken_from
    FROM the_claim WHERE since = now()
    RETURNING store
)
SELECT actor, name, since, until, taken_from, pg_notify('pakhuis_answers', store || '/' || order_id) FROM the_claim

-- release --
-- End one's own claim; answers nothing if there is none.
WITH the_claim AS (
    DELETE FROM claims WHERE store = $1 AND order_id = $2 AND actor = $3
    RETURNING store, order_id, actor, until
), the_log AS (
    INSERT INTO claim_log (store, order_id, actor, act)
    SELECT store, order_id, actor, 'released' FROM the_claim WHERE until > now()
    RETURNING store
)
SELECT pg_notify('pakhuis_answers', store || '/' || order_id) FROM the_claim

-- of_orders --
-- The claims that hold now on these orders.
SELECT store, order_id, actor, name, since, until, taken_from FROM claims
WHERE (store, order_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) AND until > now()

-- of_actor --
-- The orders somebody has claimed now, the latest first.
SELECT store, order_id, actor, name, since, until, taken_from FROM claims
WHERE actor = $1 AND until > now() ORDER BY since DESC, store, order_id

-- log --
SELECT actor, act, taken_from, at FROM claim_log WHERE store = $1 AND order_id = $2 ORDER BY number
