-- Picking and packing in the making: what was ticked and scanned, so that nobody begins again.

-- Units of a line that somebody has taken from the shelf, and not yet told the order of. They count for as long as
-- the line stands where it stood then: `picked_before` units of it were picked.
CREATE TABLE pick_checks (
    store text NOT NULL,
    order_id text NOT NULL,
    line_id text NOT NULL,
    picked_before integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity BETWEEN 0 AND 9999),
    actor text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store, order_id, line_id),
    FOREIGN KEY (store, order_id, line_id) REFERENCES order_lines
);

-- What was scanned into the box that becomes this parcel, or taken out of it again. A scan has an id, so that one
-- that is sent twice counts once.
CREATE TABLE pack_scans (
    store text NOT NULL,
    order_id text NOT NULL,
    parcel text NOT NULL,
    scan_id text NOT NULL,
    line_id text NOT NULL,
    quantity integer NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (store, order_id, parcel, scan_id, line_id),
    FOREIGN KEY (store, order_id, line_id) REFERENCES order_lines
);
