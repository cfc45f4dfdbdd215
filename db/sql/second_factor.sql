-- secret --
SELECT totp_sealed FROM staff WHERE staff_id = $1

-- take_step --
-- A code is good for once: nothing where one of this step or a later one was taken before.
UPDATE staff SET totp_last_step = $2 WHERE staff_id = $1 AND totp_last_step < $2 RETURNING true

-- turn_on --
UPDATE staff SET totp_sealed = $2, totp_last_step = $3 WHERE staff_id = $1

-- turn_off --
UPDATE staff SET totp_sealed = NULL, totp_last_step = 0 WHERE staff_id = $1 AND totp_sealed IS NOT NULL
RETURNING true

-- forget_recovery_codes --
DELETE FROM staff_recovery_codes WHERE staff_id = $1

-- keep_recovery_code --
INSERT INTO staff_recovery_codes (staff_id, code_hash) VALUES ($1, $2)

-- use_recovery_code --
UPDATE staff_recovery_codes SET used_at = now()
WHERE staff_id = $1 AND code_hash = ANY($2::bytea[]) AND used_at IS NULL RETURNING true

-- recovery_codes_left --
SELECT count(*) FROM staff_recovery_codes WHERE staff_id = $1 AND used_at IS NULL
