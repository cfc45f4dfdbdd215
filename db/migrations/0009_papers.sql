-- The papers: invoices as they were issued, their numbers, and the logos of the shops.

-- The last number given out, per store, kind of paper and year: 0 before the first.
CREATE TABLE number_series (
    store text NOT NULL REFERENCES stores (store),
    kind text NOT NULL CONSTRAINT known_kind_of_series CHECK (kind IN ('invoice', 'credit_note')),
    year integer NOT NULL,
    last integer NOT NULL DEFAULT 0 CONSTRAINT a_series_counts_up CHECK (last >= 0),
    PRIMARY KEY (store, kind, year)
);

CREATE TABLE invoices (
    store text NOT NULL,
    order_id text NOT NULL,
    kind text NOT NULL CONSTRAINT known_kind_of_invoice CHECK (kind IN ('invoice', 'credit_note')),
    year integer NOT NULL,
    number integer NOT NULL CONSTRAINT invoices_count_from_one CHECK (number > 0),
    language text NOT NULL,
    issued_at timestamptz NOT NULL,
    issued_by text NOT NULL,
    pages integer NOT NULL CONSTRAINT an_invoice_has_pages CHECK (pages > 0),
    is_substituted boolean NOT NULL,
    -- The bytes as they were issued, sealed: they hold a person's name and address.
    content_sealed bytea NOT NULL,
    sha256 bytea NOT NULL,
    PRIMARY KEY (store, kind, year, number),
    FOREIGN KEY (store, order_id) REFERENCES orders
);
-- An order has one invoice; credit notes it may have several.
CREATE UNIQUE INDEX one_invoice_per_order ON invoices (store, order_id) WHERE kind = 'invoice';

CREATE TABLE store_logos (
    store text PRIMARY KEY REFERENCES stores (store),
    kind text NOT NULL CONSTRAINT known_kind_of_logo CHECK (kind IN ('png', 'jpeg')),
    content bytea NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
