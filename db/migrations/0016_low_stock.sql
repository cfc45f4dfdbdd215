-- What is left of each product that its store has a limit for, as far as an order said so: the store is told of what
-- runs low. A row stays when there are enough again, so that an order which was placed before then is known by it.

CREATE TABLE low_stock (
    store text NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    -- NULL: a person has said since that it is there again.
    stock_left integer,
    low_limit integer NOT NULL,
    -- The order that said so, and as of when: one that was placed before this moment says nothing any more.
    order_id text NOT NULL,
    as_of timestamptz NOT NULL,
    -- Since when it runs low. NULL: it does not.
    since timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    -- The digest that told of it. NULL: none has.
    digested_in text,
    PRIMARY KEY (store, sku)
);
CREATE INDEX low_stock_now ON low_stock (store, sku) WHERE since IS NOT NULL;
