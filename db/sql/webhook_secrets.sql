-- insert --
INSERT INTO webhook_secrets (secret_id, provider, store, secret_sealed) VALUES ($1, $2, $3, $4)

-- living --
-- What a provider may sign with now; several where one is being replaced, or where it serves several stores.
SELECT secret_id, store, secret_sealed FROM webhook_secrets
WHERE provider = $1 AND ended_at IS NULL ORDER BY created_at DESC, secret_id

-- finish --
UPDATE webhook_secrets SET ended_at = now() WHERE secret_id = $1 AND ended_at IS NULL RETURNING secret_id

-- everything --
SELECT secret_id, provider, store, created_at, ended_at FROM webhook_secrets ORDER BY created_at, secret_id
