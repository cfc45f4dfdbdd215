-- Who runs: each worker and each API says so every 30 seconds, with the code it runs.
CREATE TABLE processes (
    process_id uuid PRIMARY KEY,
    kind text NOT NULL CONSTRAINT known_kind_of_process CHECK (kind IN ('api', 'worker')),
    version text NOT NULL,
    -- A fingerprint of the code: two processes of one version may still run other code.
    build text NOT NULL,
    host text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
