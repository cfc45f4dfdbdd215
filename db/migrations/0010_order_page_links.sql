-- The customer's order page: its link ends and can be replaced, is swapped for a cookie, and is mailed on request.

-- How often the link was replaced, and when last. A link that was replaced opens nothing any more.
ALTER TABLE orders ADD COLUMN page_issue integer NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN page_issued_at timestamptz;

-- Browsers that opened a link: each is let in by its cookie, as long as the link itself lives.
CREATE TABLE order_page_visits (
    visit_hash bytea PRIMARY KEY,
    page_token_hash bytea NOT NULL,
    -- Good for a moment, until the cookie came back: it tells a browser that refuses cookies from a stranger.
    pass_hash bytea CONSTRAINT one_visit_per_pass UNIQUE,
    began_at timestamptz NOT NULL DEFAULT now(),
    ends_at timestamptz NOT NULL
);
CREATE INDEX order_page_visits_by_link ON order_page_visits (page_token_hash, began_at);
CREATE INDEX order_page_visits_by_end ON order_page_visits (ends_at);

-- Who asked for a link by mail: kept as it was typed until it is answered, a moment later, whether known or not.
CREATE TABLE order_link_requests (
    request_id bigserial PRIMARY KEY,
    number text NOT NULL,
    email text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_by_number ON orders (lower(number));
