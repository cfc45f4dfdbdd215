-- Many at once: orders that somebody chose together, and the one command that each of them is to be given.

CREATE TABLE bulk_jobs (
    job_id uuid PRIMARY KEY,
    actor text NOT NULL,
    request_id text,
    -- Of what was asked, where a program asked: the same again is the same job.
    fingerprint bytea,
    -- The type of command; NULL while nobody said what shall be done.
    kind text,
    fields jsonb NOT NULL DEFAULT '{}',
    -- Lines of a pasted list that fit no chosen order, each with the sentence that says why.
    unread jsonb NOT NULL DEFAULT '[]',
    undo_seconds smallint NOT NULL DEFAULT 0
        CONSTRAINT bulk_undo_is_short CHECK (undo_seconds BETWEEN 0 AND 60),
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    -- Every command of it has been given.
    done_at timestamptz,
    mails_stopped_at timestamptz,
    -- The process that carries it out, for as long as it says so.
    leased_by uuid,
    lease_until timestamptz
);
CREATE INDEX bulk_jobs_by_actor ON bulk_jobs (actor, created_at DESC);
CREATE INDEX bulk_jobs_to_do ON bulk_jobs (started_at) WHERE started_at IS NOT NULL AND done_at IS NULL;

CREATE TABLE bulk_rows (
    job_id uuid NOT NULL REFERENCES bulk_jobs ON DELETE CASCADE,
    position integer NOT NULL,
    store text NOT NULL,
    order_id text NOT NULL,
    -- Made once, with the id it is given under. NULL: this order is left out.
    command_id text,
    command jsonb,
    given_at timestamptz,
    -- Why it could not be given; how a given one ended stands in its row of commands.
    problem jsonb,
    PRIMARY KEY (job_id, position),
    CONSTRAINT one_command_per_order_and_job UNIQUE (job_id, store, order_id)
);
CREATE INDEX bulk_rows_to_give ON bulk_rows (job_id, position) WHERE given_at IS NULL AND command IS NOT NULL;
