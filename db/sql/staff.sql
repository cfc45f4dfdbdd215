-- everyone --
SELECT staff_id, name, role, stores, language, password_hash IS NOT NULL AS has_password,
    totp_sealed IS NOT NULL AS has_second_factor, created_at, signed_in_at, disabled_at
FROM staff ORDER BY disabled_at IS NOT NULL, name, staff_id

-- one --
SELECT staff_id, name, role, stores, language, password_hash IS NOT NULL AS has_password,
    totp_sealed IS NOT NULL AS has_second_factor, created_at, signed_in_at, disabled_at
FROM staff WHERE staff_id = $1

-- add --
INSERT INTO staff (staff_id, name, role, stores, language, password_hash, password_changed_at)
VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $6::text IS NULL THEN NULL ELSE now() END)
ON CONFLICT (staff_id) DO NOTHING RETURNING staff_id

-- change --
UPDATE staff SET name = $2, role = $3, stores = $4, language = $5 WHERE staff_id = $1

-- switch --
-- Disables or enables; answers nothing where it was so already.
UPDATE staff SET disabled_at = CASE WHEN $2::boolean THEN now() END
WHERE staff_id = $1 AND (disabled_at IS NOT NULL) <> $2::boolean RETURNING staff_id

-- lock_admins --
-- Those who can let others in. Locked in one order, so that two who step down at once cannot both.
SELECT staff_id FROM staff WHERE role = 'admin' AND disabled_at IS NULL AND password_hash IS NOT NULL
ORDER BY staff_id FOR UPDATE

-- password_of --
SELECT staff_id, password_hash, totp_sealed IS NOT NULL AS has_second_factor, disabled_at IS NOT NULL AS is_disabled
FROM staff WHERE staff_id = $1

-- set_password --
UPDATE staff SET password_hash = $2, password_changed_at = now() WHERE staff_id = $1

-- rehash --
-- The same password under today's cost; nothing where it was changed meanwhile.
UPDATE staff SET password_hash = $3 WHERE staff_id = $1 AND password_hash = $2

-- signed_in --
UPDATE staff SET signed_in_at = now() WHERE staff_id = $1

-- has_anybody --
SELECT EXISTS (SELECT FROM staff WHERE password_hash IS NOT NULL AND disabled_at IS NULL)

-- policy --
SELECT second_factor_required FROM staff_policy

-- set_policy --
UPDATE staff_policy SET second_factor_required = $1 WHERE second_factor_required <> $1 RETURNING true

-- end_links --
-- Every link that still waits to be used.
UPDATE staff_links SET ends_at = now() WHERE staff_id = $1 AND used_at IS NULL AND ends_at > now()

-- make_link --
INSERT INTO staff_links (token_hash, staff_id, resets_second_factor, ends_at)
VALUES ($1, $2, $3, now() + $4::interval) RETURNING ends_at

-- see_link --
SELECT staff_id, resets_second_factor, ends_at,
    CASE WHEN used_at IS NOT NULL THEN 'used' WHEN ends_at <= now() THEN 'ended' ELSE 'alive' END AS state
FROM staff_links JOIN staff USING (staff_id) WHERE token_hash = $1 AND disabled_at IS NULL

-- use_link --
UPDATE staff_links SET used_at = now() WHERE token_hash = $1 AND used_at IS NULL AND ends_at > now()
    AND EXISTS (SELECT FROM staff WHERE staff.staff_id = staff_links.staff_id AND disabled_at IS NULL)
RETURNING staff_id, resets_second_factor
