-- open --
INSERT INTO staff_sessions (session_hash, staff_id, stage, device, network, ends_at)
VALUES ($1, $2, $3, $4, $5, now() + $6::interval)

-- find --
SELECT session_hash, staff_id, stage, enrolling_sealed, name, role, stores, language,
    totp_sealed IS NOT NULL AS has_second_factor, seen_at < now() - interval '1 minute' AS is_stale
FROM staff_sessions JOIN staff USING (staff_id)
WHERE session_hash = $1 AND disabled_at IS NULL AND ends_at > now() AND seen_at > now() - $2::interval

-- seen --
UPDATE staff_sessions SET seen_at = now() WHERE session_hash = $1

-- lives --
SELECT EXISTS (SELECT FROM staff_sessions JOIN staff USING (staff_id)
WHERE session_hash = $1 AND stage = 'signed' AND disabled_at IS NULL AND ends_at > now())

-- renew --
-- The same session under a new id, at a new stage.
UPDATE staff_sessions SET session_hash = $2, stage = $3, enrolling_sealed = NULL, created_at = now(),
    seen_at = now(), ends_at = now() + $4::interval
WHERE session_hash = $1 RETURNING true

-- enrol --
UPDATE staff_sessions SET enrolling_sealed = $2 WHERE session_hash = $1

-- end_one --
DELETE FROM staff_sessions WHERE staff_id = $1 AND session_hash = $2 RETURNING true

-- end_all --
DELETE FROM staff_sessions WHERE staff_id = $1 AND session_hash IS DISTINCT FROM $2

-- end_old --
DELETE FROM staff_sessions WHERE ends_at < now() OR seen_at < now() - $1::interval

-- of_person --
SELECT session_hash, device, network, created_at, seen_at FROM staff_sessions
WHERE staff_id = $1 AND stage = 'signed' AND ends_at > now() AND seen_at > now() - $2::interval
ORDER BY seen_at DESC, created_at DESC

-- set_notice --
UPDATE staff_sessions SET notice = $2 WHERE session_hash = $1

-- take_notice --
WITH was AS (SELECT session_hash, notice FROM staff_sessions WHERE session_hash = $1 AND notice IS NOT NULL FOR UPDATE)
UPDATE staff_sessions SET notice = NULL FROM was WHERE staff_sessions.session_hash = was.session_hash
RETURNING was.notice
