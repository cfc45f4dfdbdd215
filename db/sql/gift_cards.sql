-- issue --
-- A card per unit that has none yet, each with its first entry.
WITH card AS (
    INSERT INTO gift_cards (store, order_id, line_id, unit, code_hash, code_sealed, currency, created_at)
    SELECT $1, $2, $3, unit, code_hash, code_sealed, $4, $6
    FROM unnest($7::integer[], $8::bytea[], $9::bytea[]) AS fresh (unit, code_hash, code_sealed)
    ORDER BY unit
    ON CONFLICT ON CONSTRAINT one_card_per_unit DO NOTHING
    RETURNING gift_card_id
)
INSERT INTO gift_card_entries (entry_id, gift_card_id, amount_minor, cause, at)
SELECT 'issued:' || gift_card_id, gift_card_id, $5, 'issued', $6 FROM card
RETURNING gift_card_id

-- units_with_a_card --
SELECT unit FROM gift_cards WHERE store = $1 AND order_id = $2 AND line_id = $3

-- codes --
SELECT gift_card_id, line_id, unit, code_sealed, currency, entry.amount_minor
FROM gift_cards
JOIN order_lines USING (store, order_id, line_id)
JOIN gift_card_entries AS entry USING (gift_card_id)
WHERE store = $1 AND order_id = $2 AND entry.entry_id = 'issued:' || gift_card_id
ORDER BY order_lines.position, unit

-- find --
SELECT gift_card_id, store, order_id, line_id, unit, currency, created_at
FROM gift_cards WHERE code_hash = ANY($1::bytea[])

-- balance --
SELECT sum(amount_minor)::bigint FROM gift_card_entries WHERE gift_card_id = $1

-- lock --
SELECT gift_card_id FROM gift_cards WHERE gift_card_id = $1 FOR UPDATE

-- entry --
SELECT gift_card_id, amount_minor, cause FROM gift_card_entries WHERE entry_id = $1

-- add_entry --
-- Answers nothing if the entry's id is taken.
INSERT INTO gift_card_entries (entry_id, gift_card_id, amount_minor, cause) VALUES ($1, $2, $3, $4)
ON CONFLICT (entry_id) DO NOTHING
RETURNING entry_id
