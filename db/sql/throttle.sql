-- count --
-- Counts one attempt before it is checked; answers nothing while the subject must wait. Its count starts again
-- after a quiet time. By the clock and not by the transaction's time: who waited for the row's lock comes later.
INSERT INTO sign_in_attempts AS known (subject, attempts, last_at, blocked_until)
VALUES ($1, 1, clock_timestamp(), clock_timestamp() + CASE WHEN $2::integer > 0 THEN interval '0' ELSE interval '1 second' END)
ON CONFLICT (subject) DO UPDATE SET
    attempts = CASE WHEN known.last_at < clock_timestamp() - $4::interval THEN 1 ELSE known.attempts + 1 END,
    last_at = clock_timestamp(),
    blocked_until = clock_timestamp() + CASE
        WHEN known.last_at < clock_timestamp() - $4::interval OR known.attempts + 1 <= $2::integer THEN interval '0'
        ELSE least(interval '1 second' * power(2, least(known.attempts - $2::integer, 20)), $3::interval) END
WHERE known.blocked_until <= clock_timestamp()
RETURNING attempts

-- wait --
SELECT ceil(extract(epoch FROM blocked_until - clock_timestamp()))::integer FROM sign_in_attempts WHERE subject = $1

-- forget --
DELETE FROM sign_in_attempts WHERE subject = $1

-- forget_old --
DELETE FROM sign_in_attempts WHERE last_at < now() - interval '1 day'
