-- Who works here, how they sign in, and the audit of what they did.

CREATE TABLE staff (
    staff_id text PRIMARY KEY
        CONSTRAINT staff_id_is_a_slug CHECK (staff_id ~ '^[a-z0-9][a-z0-9._-]{0,39}$'),
    name text NOT NULL,
    role text NOT NULL
        CONSTRAINT known_role CHECK (role IN ('viewer', 'packer', 'support', 'manager', 'admin')),
    -- NULL: every store, also those that come later.
    stores text[],
    language text NOT NULL CONSTRAINT known_language_of_staff CHECK (language IN ('en', 'nl')),
    -- Argon2id in its own notation. NULL until the first link was used.
    password_hash text,
    password_changed_at timestamptz,
    -- The second factor's secret, sealed. The step of the last code makes each code good for once.
    totp_sealed bytea,
    totp_last_step bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    signed_in_at timestamptz,
    disabled_at timestamptz
);

-- One-time links to choose a password: for who is new here, and for who lost theirs.
CREATE TABLE staff_links (
    token_hash bytea PRIMARY KEY,
    staff_id text NOT NULL REFERENCES staff,
    -- Whether using it also takes off a second factor that was lost.
    resets_second_factor boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX staff_links_by_person ON staff_links (staff_id);

CREATE TABLE staff_recovery_codes (
    staff_id text NOT NULL REFERENCES staff,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (staff_id, code_hash)
);

CREATE TABLE staff_sessions (
    session_hash bytea PRIMARY KEY,
    staff_id text NOT NULL REFERENCES staff,
    -- How far the sign-in is: the password was right and a code is due, or a second factor must be set up first.
    stage text NOT NULL CONSTRAINT known_stage CHECK (stage IN ('code', 'enrol', 'signed')),
    -- A second factor that is being set up; it counts once a code of it was given.
    enrolling_sealed bytea,
    device text NOT NULL,
    network text NOT NULL,
    -- One message, shown once on the next page.
    notice jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL
);
CREATE INDEX staff_sessions_by_person ON staff_sessions (staff_id);
CREATE INDEX staff_sessions_by_end ON staff_sessions (ends_at);

-- What all of the staff must do; one row.
CREATE TABLE staff_policy (
    is_the_one boolean PRIMARY KEY DEFAULT true CONSTRAINT one_staff_policy CHECK (is_the_one),
    second_factor_required boolean NOT NULL DEFAULT false
);
INSERT INTO staff_policy DEFAULT VALUES;

-- Attempts to sign in, counted by account, by network and by known device before they are checked.
CREATE TABLE sign_in_attempts (
    subject bytea PRIMARY KEY,
    attempts integer NOT NULL,
    last_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (last_at);

CREATE TABLE audit (
    number bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    act text NOT NULL,
    -- Whom or what it was about: a member of staff, a store, an address of the desk.
    subject text NOT NULL DEFAULT '',
    facts jsonb NOT NULL DEFAULT '{}',
    request_id text,
    network text NOT NULL DEFAULT ''
);
CREATE INDEX audit_by_actor ON audit (actor, number DESC);
CREATE INDEX audit_by_subject ON audit (subject, number DESC);

CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$;
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
