-- What people do around an order: take back a mail before it leaves, write notes, claim it while they pack.

-- For so long the mails that a command causes wait, so that the click can be taken back. NULL: they leave at once.
ALTER TABLE commands ADD COLUMN undo_seconds smallint
    CONSTRAINT undo_is_short CHECK (undo_seconds BETWEEN 1 AND 60);
ALTER TABLE mails ADD COLUMN not_before timestamptz;
-- Withdrawn: a person stopped it before it left.
ALTER TABLE mails DROP CONSTRAINT known_mail_state;
ALTER TABLE mails ADD CONSTRAINT known_state_of_mail CHECK (state IN
    ('queued', 'sending', 'retry', 'sent', 'failed', 'unknown', 'held', 'bounced', 'withdrawn'));

-- Every version of every note; the one with the highest number is the note as it reads now.
CREATE TABLE notes (
    store text NOT NULL,
    order_id text NOT NULL,
    note_id text NOT NULL,
    version integer NOT NULL,
    author text NOT NULL,
    text text NOT NULL CONSTRAINT note_says_something CHECK (length(text) BETWEEN 1 AND 4000),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store, order_id, note_id, version),
    FOREIGN KEY (store, order_id) REFERENCES orders
);

-- Who works on an order now. A claim that has run out is as good as none.
CREATE TABLE claims (
    store text NOT NULL,
    order_id text NOT NULL,
    actor text NOT NULL,
    name text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    -- Who was at it when it was taken over.
    taken_from text,
    PRIMARY KEY (store, order_id),
    FOREIGN KEY (store, order_id) REFERENCES orders
);
CREATE INDEX claims_by_actor ON claims (actor, until);

CREATE TABLE claim_log (
    number bigserial PRIMARY KEY,
    store text NOT NULL,
    order_id text NOT NULL,
    actor text NOT NULL,
    act text NOT NULL CONSTRAINT known_act_on_a_claim CHECK (act IN ('claimed', 'taken_over', 'released')),
    taken_from text,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX claim_log_by_order ON claim_log (store, order_id, number);
