-- Web push: the key that we sign with, the devices of staff that want to be told, and what they are told.

-- One for the whole system, made once: every device is bound to it. The private half is sealed.
CREATE TABLE push_key (
    is_the_one boolean PRIMARY KEY DEFAULT true CONSTRAINT one_push_key CHECK (is_the_one),
    public_key bytea NOT NULL,
    private_sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE push_devices (
    device_id text PRIMARY KEY,
    staff_id text NOT NULL REFERENCES staff,
    -- By which it is found again; the address itself is a secret, and sealed with the keys.
    endpoint_hash bytea NOT NULL,
    subscription_sealed bytea NOT NULL,
    -- Whose push service it is, and what the browser says of itself.
    service text NOT NULL,
    device text NOT NULL,
    new_orders boolean NOT NULL,
    owners text[] NOT NULL,
    -- NULL: every store that its owner works for, also those that come later.
    stores text[],
    created_at timestamptz NOT NULL DEFAULT now(),
    told_at timestamptz,
    -- Since when nothing gets through, how often it was tried, and what was said the last time.
    failing_since timestamptz,
    failures integer NOT NULL DEFAULT 0,
    problem text,
    not_before timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    ended_at timestamptz,
    ended_because text
        CONSTRAINT known_end_of_a_push_device CHECK (ended_because IN ('gone', 'turned_off', 'signed_out')),
    CONSTRAINT push_device_ends_for_a_reason CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE UNIQUE INDEX one_push_device_per_browser ON push_devices (endpoint_hash) WHERE ended_at IS NULL;
CREATE INDEX push_devices_by_person ON push_devices (staff_id) WHERE ended_at IS NULL;
CREATE INDEX push_devices_ended ON push_devices (ended_at) WHERE ended_at IS NOT NULL;

-- Orders that came in and that no device was told of yet. Written with the order itself, where anybody wants to know.
CREATE TABLE push_arrivals (
    store text NOT NULL,
    order_id text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store, order_id)
);

-- One thing that one device is told, and what became of it.
CREATE TABLE push_notices (
    number bigserial PRIMARY KEY,
    device_id text NOT NULL REFERENCES push_devices ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT known_kind_of_push CHECK (kind IN ('new_order', 'attention', 'test')),
    store text NOT NULL DEFAULT '',
    order_id text NOT NULL DEFAULT '',
    -- What else tells two of a kind apart: of attention its key and its moment, of a test its own name.
    cause text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'waiting'
        CONSTRAINT known_state_of_push CHECK (state IN ('waiting', 'sent', 'expired', 'withdrawn')),
    settled_at timestamptz,
    CONSTRAINT one_push_per_cause UNIQUE (device_id, kind, store, order_id, cause)
);
CREATE INDEX push_notices_waiting ON push_notices (device_id) WHERE state = 'waiting';
CREATE INDEX push_notices_by_device ON push_notices (device_id, at);
CREATE INDEX push_notices_by_age ON push_notices (at);

-- As of which moment an entry was handed on to the devices. What is there already is told of no more.
ALTER TABLE attention ADD COLUMN pushed_since timestamptz;
UPDATE attention SET pushed_since = since;
CREATE INDEX attention_not_pushed ON attention (since) WHERE pushed_since IS DISTINCT FROM since;
