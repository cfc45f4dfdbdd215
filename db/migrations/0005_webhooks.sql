-- Webhooks: the secrets that payment providers sign with, sealed. Each speaks for one store.
CREATE TABLE webhook_secrets (
    secret_id text PRIMARY KEY,
    provider text NOT NULL,
    store text NOT NULL CONSTRAINT webhook_secret_of_a_store REFERENCES stores (store),
    secret_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
