-- The spine: stores, orders, commands, timeline, mails, downloads, gift cards, keys.

CREATE TABLE stores (
    store text PRIMARY KEY,
    settings jsonb NOT NULL,
    digested_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO stores (store, settings) VALUES ('default', '{}');

CREATE TABLE api_keys (
    key_hash bytea PRIMARY KEY,
    actor text NOT NULL,
    scope text NOT NULL CONSTRAINT key_has_a_known_scope CHECK (scope IN ('checkout', 'staff', 'ops')),
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE orders (
    store text NOT NULL REFERENCES stores (store),
    order_id text NOT NULL,
    number text NOT NULL,
    placed_at timestamptz NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    format text NOT NULL,
    fingerprint bytea NOT NULL,
    body jsonb NOT NULL,
    plan jsonb NOT NULL,
    page_token_hash bytea NOT NULL CONSTRAINT one_order_per_page_token UNIQUE,
    -- What the workflow last said, under this sequence number.
    sequence integer NOT NULL,
    payment_status text NOT NULL,
    fulfillment_status text NOT NULL,
    fulfillment_method text NOT NULL,
    is_open boolean NOT NULL,
    needs_attention boolean NOT NULL,
    due_at timestamptz,
    due_for text,
    facts jsonb NOT NULL,
    ended_at timestamptz,
    is_history boolean NOT NULL DEFAULT false,
    -- Delivery to Temporal.
    started_at timestamptz,
    -- For the list: what a person may type to find it.
    search text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store, order_id)
);
CREATE INDEX orders_by_id ON orders (order_id);
CREATE INDEX orders_by_acceptance ON orders (accepted_at, store, order_id);
CREATE INDEX orders_unstarted ON orders (accepted_at) WHERE started_at IS NULL AND NOT is_history;
CREATE INDEX orders_open ON orders (accepted_at, store, order_id) WHERE is_open;
CREATE INDEX orders_attention ON orders (accepted_at, store, order_id) WHERE needs_attention;
CREATE INDEX orders_by_status ON orders (fulfillment_status, payment_status, accepted_at DESC);
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX orders_by_words ON orders USING gin (search gin_trgm_ops);

CREATE TABLE order_lines (
    store text NOT NULL,
    order_id text NOT NULL,
    line_id text NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    ordered integer NOT NULL,
    cancelled integer NOT NULL DEFAULT 0,
    picked integer NOT NULL DEFAULT 0,
    packed integer NOT NULL DEFAULT 0,
    shipped integer NOT NULL DEFAULT 0,
    delivered integer NOT NULL DEFAULT 0,
    returned integer NOT NULL DEFAULT 0,
    PRIMARY KEY (store, order_id, line_id),
    FOREIGN KEY (store, order_id) REFERENCES orders,
    CONSTRAINT never_more_shipped_than_ordered_less_cancelled CHECK (cancelled + shipped <= ordered),
    CONSTRAINT never_more_packed_than_ordered_less_cancelled CHECK (cancelled + packed <= ordered),
    CONSTRAINT never_more_delivered_than_shipped CHECK (delivered <= shipped),
    CONSTRAINT never_more_returned_than_delivered CHECK (returned <= delivered),
    CONSTRAINT counts_are_not_negative
        CHECK (least(cancelled, picked, packed, shipped, delivered, returned) >= 0)
);
CREATE INDEX order_lines_by_sku ON order_lines (sku);

CREATE TABLE commands (
    number bigserial PRIMARY KEY,
    store text NOT NULL,
    order_id text NOT NULL,
    command_id text NOT NULL,
    type text NOT NULL,
    actor text NOT NULL,
    payload jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    request_id text,
    received_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    deliveries integer NOT NULL DEFAULT 0,
    outcome text CONSTRAINT known_outcome CHECK (outcome IN ('applied', 'repeated', 'refused')),
    answer jsonb,
    answered_at timestamptz,
    sequence integer,
    CONSTRAINT one_command_per_id UNIQUE (store, order_id, command_id)
);
CREATE INDEX commands_without_store ON commands (order_id) WHERE store = '';
CREATE INDEX commands_unanswered ON commands (received_at) WHERE outcome IS NULL;

CREATE TABLE timeline (
    store text NOT NULL,
    order_id text NOT NULL,
    sequence integer NOT NULL,
    position integer NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    actor text NOT NULL,
    command_id text,
    text jsonb NOT NULL,
    decided_at integer NOT NULL DEFAULT 0,
    PRIMARY KEY (store, order_id, sequence, position),
    FOREIGN KEY (store, order_id) REFERENCES orders
);

CREATE TABLE mails (
    number bigserial PRIMARY KEY,
    store text NOT NULL,
    order_id text,
    mail_key text NOT NULL,
    kind text NOT NULL,
    sequence integer NOT NULL,
    recipient text NOT NULL,
    is_copy boolean NOT NULL DEFAULT false,
    language text NOT NULL,
    facts jsonb NOT NULL,
    message_id text NOT NULL CONSTRAINT one_mail_per_message_id UNIQUE,
    -- The rendered bytes, sealed: they may hold links and codes. Rendered once, sent as they are.
    raw bytea,
    state text NOT NULL DEFAULT 'queued'
        CONSTRAINT known_mail_state CHECK (state IN
            ('queued', 'sending', 'retry', 'sent', 'failed', 'unknown', 'held', 'bounced')),
    phase text NOT NULL DEFAULT 'none' CONSTRAINT known_mail_phase CHECK (phase IN ('none', 'envelope', 'data')),
    attempt integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    reply_code integer,
    reply_text text,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz
);
CREATE UNIQUE INDEX one_mail_per_key ON mails (store, coalesce(order_id, ''), mail_key);
CREATE INDEX mails_unsent ON mails (created_at) WHERE state NOT IN ('sent', 'bounced');

CREATE TABLE pickup_codes (
    store text NOT NULL,
    order_id text NOT NULL,
    code_sealed bytea NOT NULL,
    code_hash bytea NOT NULL,
    PRIMARY KEY (store, order_id),
    FOREIGN KEY (store, order_id) REFERENCES orders
);

CREATE TABLE downloads (
    token_hash bytea PRIMARY KEY,
    store text NOT NULL,
    order_id text NOT NULL,
    line_id text NOT NULL,
    file text NOT NULL,
    issue text NOT NULL,
    expires_at timestamptz,
    remaining integer CONSTRAINT downloads_are_not_overdrawn CHECK (remaining >= 0),
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    CONSTRAINT one_link_per_file_and_issue UNIQUE (store, order_id, line_id, file, issue),
    FOREIGN KEY (store, order_id) REFERENCES orders
);

CREATE TABLE gift_cards (
    gift_card_id bigserial PRIMARY KEY,
    store text NOT NULL,
    order_id text NOT NULL,
    line_id text NOT NULL,
    unit integer NOT NULL,
    code_hash bytea NOT NULL CONSTRAINT one_card_per_code UNIQUE,
    code_sealed bytea NOT NULL,
    currency text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_card_per_unit UNIQUE (store, order_id, line_id, unit),
    FOREIGN KEY (store, order_id) REFERENCES orders
);

-- The balance of a card is the sum of its entries; nothing else says what it is worth.
CREATE TABLE gift_card_entries (
    entry_id text PRIMARY KEY,
    gift_card_id bigint NOT NULL REFERENCES gift_cards,
    amount_minor bigint NOT NULL,
    cause text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX gift_card_entries_by_card ON gift_card_entries (gift_card_id);

CREATE TABLE attention (
    store text NOT NULL,
    order_id text NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    text jsonb NOT NULL,
    digested_in text,
    PRIMARY KEY (store, order_id, key)
);
