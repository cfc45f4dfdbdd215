-- withdraw_of_another --
-- What waits for whoever had this browser before.
UPDATE push_notices SET state = 'withdrawn', settled_at = now() FROM push_devices
WHERE push_notices.device_id = push_devices.device_id AND state = 'waiting'
    AND endpoint_hash = $1 AND ended_at IS NULL AND staff_id <> $2

-- keep --
-- A browser has one row that is alive: asking again changes what it is told of, and whose it is.
INSERT INTO push_devices (device_id, staff_id, endpoint_hash, subscription_sealed, service, device, new_orders,
    owners, stores)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (endpoint_hash) WHERE ended_at IS NULL DO UPDATE SET staff_id = EXCLUDED.staff_id,
    subscription_sealed = EXCLUDED.subscription_sealed, device = EXCLUDED.device,
    new_orders = EXCLUDED.new_orders, owners = EXCLUDED.owners, stores = EXCLUDED.stores,
    created_at = CASE WHEN push_devices.staff_id = EXCLUDED.staff_id THEN push_devices.created_at ELSE now() END,
    not_before = now(), failures = 0, failing_since = NULL, problem = NULL
RETURNING device_id

-- end_oldest --
-- Nobody has more than so many.
UPDATE push_devices SET ended_at = now(), ended_because = 'turned_off', subscription_sealed = ''
WHERE device_id IN (SELECT device_id FROM push_devices WHERE staff_id = $1 AND ended_at IS NULL
    ORDER BY device_id <> $2, created_at DESC OFFSET $3)

-- of_person --
SELECT device_id, endpoint_hash, service, device, new_orders, owners, stores, created_at, told_at, failing_since,
    problem
FROM push_devices WHERE staff_id = $1 AND ended_at IS NULL ORDER BY created_at DESC, device_id

-- everybody --
SELECT staff_id, device_id, endpoint_hash, service, device, new_orders, owners, stores, created_at, told_at,
    failing_since, problem
FROM push_devices WHERE ended_at IS NULL ORDER BY staff_id, created_at DESC, device_id

-- end_device --
WITH over AS (
    UPDATE push_devices SET ended_at = now(), ended_because = $3, subscription_sealed = ''
    WHERE device_id = $1 AND ($2::text IS NULL OR staff_id = $2) AND ended_at IS NULL RETURNING device_id
), withdrawn AS (
    UPDATE push_notices SET state = 'withdrawn', settled_at = now() FROM over
    WHERE push_notices.device_id = over.device_id AND state = 'waiting'
)
SELECT device_id FROM over

-- end_all --
WITH over AS (
    UPDATE push_devices SET ended_at = now(), ended_because = $2, subscription_sealed = ''
    WHERE staff_id = $1 AND ended_at IS NULL RETURNING device_id
)
UPDATE push_notices SET state = 'withdrawn', settled_at = now() FROM over
WHERE push_notices.device_id = over.device_id AND state = 'waiting'

-- test --
-- One to each device of this person, or to one of them; at once, also where another was told just now.
WITH meant AS (
    UPDATE push_devices SET not_before = CASE WHEN failures = 0 THEN now() ELSE not_before END
    WHERE staff_id = $1 AND ($2::text IS NULL OR device_id = $2) AND ended_at IS NULL RETURNING device_id
)
INSERT INTO push_notices (device_id, kind, cause) SELECT device_id, 'test', $3 FROM meant RETURNING device_id

-- gather_orders --
-- Each order that came in becomes a notice for each device that wants to know, in one statement: never lost, and
-- never twice. What lay here before a device was turned on is none of its business.
WITH arrived AS (
    DELETE FROM push_arrivals WHERE (store, order_id) IN
        (SELECT store, order_id FROM push_arrivals ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
    RETURNING store, order_id, at
)
INSERT INTO push_notices (device_id, kind, store, order_id)
SELECT device.device_id, 'new_order', arrived.store, arrived.order_id
FROM arrived, push_devices AS device JOIN staff USING (staff_id)
WHERE device.ended_at IS NULL AND device.new_orders AND arrived.at >= device.created_at AND staff.disabled_at IS NULL AND staff.role = ANY ($1::text[])
    AND (device.stores IS NULL OR arrived.store = ANY (device.stores))
    AND (staff.stores IS NULL OR arrived.store = ANY (staff.stores))
ON CONFLICT DO NOTHING

-- gather_attention --
-- The same for what needs a person. What was over and came back has another moment, and is told anew.
WITH found AS (
    SELECT store, order_id, key, reason, since FROM attention
    WHERE pushed_since IS DISTINCT FROM since ORDER BY since LIMIT $4 FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE attention SET pushed_since = found.since FROM found
    WHERE attention.store = found.store AND attention.order_id = found.order_id AND attention.key = found.key
)
INSERT INTO push_notices (device_id, kind, store, order_id, cause)
SELECT device.device_id, 'attention', found.store, found.order_id,
    found.key || ' ' || extract(epoch FROM found.since)
FROM found JOIN unnest($2::text[], $3::text[]) AS known (reason, owner) USING (reason),
    push_devices AS device JOIN staff USING (staff_id)
WHERE device.ended_at IS NULL AND known.owner = ANY (device.owners)
    AND staff.disabled_at IS NULL AND staff.role = ANY ($1::text[])
    AND (device.stores IS NULL OR found.store = ANY (device.stores))
    AND (staff.stores IS NULL OR found.store = ANY (staff.stores))
ON CONFLICT DO NOTHING

-- expire --
UPDATE push_notices SET state = 'expired', settled_at = now()
WHERE state = 'waiting' AND at < now() - $1::interval

-- forget_notices --
DELETE FROM push_notices WHERE at < now() - $1::interval

-- forget_devices --
DELETE FROM push_devices WHERE ended_at < now() - $1::interval

-- take --
-- Devices that something waits for, each for one worker alone until its lease ends.
WITH due AS (
    SELECT device.device_id, staff.language
    FROM push_devices AS device JOIN staff USING (staff_id)
    WHERE device.ended_at IS NULL AND staff.disabled_at IS NULL AND device.not_before <= now()
        AND (device.lease_until IS NULL OR device.lease_until < now())
        AND EXISTS (SELECT FROM push_notices AS notice
            WHERE notice.device_id = device.device_id AND state = 'waiting')
    ORDER BY device.not_before LIMIT $1 FOR UPDATE OF device SKIP LOCKED
)
UPDATE push_devices AS device SET lease_until = now() + $2::interval FROM due
WHERE device.device_id = due.device_id
RETURNING device.device_id, device.endpoint_hash, device.subscription_sealed, due.language

-- to_tell --
-- What waits for a device, and what it was told since its owner was last at the desk: the same message tells of both.
-- An order that is not theirs any more, and what somebody has seen to since, does not hold any more.
SELECT notice.number, notice.kind, notice.store, notice.order_id, notice.state = 'waiting' AS is_waiting,
    coalesce(orders.number, '') AS order_number, coalesce(stores.settings #>> '{look,name}', '') AS store_name,
    CASE WHEN notice.kind = 'test' THEN true ELSE
        (device.stores IS NULL OR notice.store = ANY (device.stores))
        AND (staff.stores IS NULL OR notice.store = ANY (staff.stores))
        AND CASE WHEN notice.kind = 'new_order' THEN device.new_orders ELSE EXISTS (SELECT FROM attention AS entry
            WHERE entry.store = notice.store AND entry.order_id = notice.order_id
                AND entry.key || ' ' || extract(epoch FROM entry.since) = notice.cause) END
    END AS holds
FROM push_notices AS notice JOIN push_devices AS device USING (device_id) JOIN staff USING (staff_id)
    LEFT JOIN orders ON orders.store = notice.store AND orders.order_id = notice.order_id
    LEFT JOIN stores ON stores.store = notice.store
WHERE notice.device_id = $1 AND (notice.state = 'waiting' OR (notice.state = 'sent' AND notice.kind <> 'test'
    AND notice.at >= device.created_at AND notice.at > greatest(now() - $2::interval, (SELECT max(seen_at)
        FROM staff_sessions WHERE staff_sessions.staff_id = device.staff_id AND stage = 'signed'))))
ORDER BY notice.number

-- withdraw --
UPDATE push_notices SET state = 'withdrawn', settled_at = now() WHERE number = ANY ($1::bigint[])

-- sent --
WITH told AS (
    UPDATE push_notices SET state = 'sent', settled_at = now()
    WHERE number = ANY ($2::bigint[]) AND state = 'waiting'
)
UPDATE push_devices SET told_at = now(), failures = 0, failing_since = NULL, problem = NULL WHERE device_id = $1

-- let_go --
UPDATE push_devices SET lease_until = NULL, not_before = now() + $2::interval WHERE device_id = $1

-- put_off --
-- Waits twice as long each time, up to a quarter of an hour, and at least as long as the service asks for.
UPDATE push_devices SET lease_until = NULL, problem = $2, failures = failures + 1,
    failing_since = coalesce(failing_since, now()),
    not_before = now() + greatest($3::interval,
        least(interval '15 minutes', interval '10 seconds' * power(2, least(failures, 10))))
WHERE device_id = $1

-- failing --
-- Devices that nothing gets through to, for so long.
SELECT count(*) AS devices, min(service) AS service, min(problem) AS problem FROM push_devices
WHERE ended_at IS NULL AND failing_since < now() - $1::interval

-- lying --
-- What nobody tries to tell: no worker takes it.
SELECT count(*) FROM push_notices AS notice JOIN push_devices AS device USING (device_id) JOIN staff USING (staff_id)
WHERE state = 'waiting' AND at < now() - $1::interval AND device.failures = 0 AND device.ended_at IS NULL
    AND staff.disabled_at IS NULL
