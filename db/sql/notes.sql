-- add --
-- Keep a note as its first version; answers nothing if its id is taken on this order.
WITH the_note AS (
    INSERT INTO notes (store, order_id, note_id, version, author, text)
    VALUES ($1, $2, $3, 1, $4, $5)
    ON CONFLICT DO NOTHING
    RETURNING store, order_id
)
SELECT pg_notify('pakhuis_answers', store || '/' || order_id) FROM the_note

-- edit --
-- Keep a new version of a note, unless another one is written this moment.
WITH the_note AS (
    INSERT INTO notes (store, order_id, note_id, version, author, text)
    SELECT store, order_id, note_id, version + 1, $4, $5 FROM notes
    WHERE store = $1 AND order_id = $2 AND note_id = $3
        AND version = (SELECT max(version) FROM notes WHERE store = $1 AND order_id = $2 AND note_id = $3)
    ON CONFLICT DO NOTHING
    RETURNING store, order_id
)
SELECT pg_notify('pakhuis_answers', store || '/' || order_id) FROM the_note

-- versions --
-- All versions of the notes of an order, or of one of them: the first ones first, and among them the oldest note.
SELECT note_id, author, text, at FROM notes
WHERE store = $1 AND order_id = $2 AND note_id = coalesce($3, note_id)
ORDER BY version, at, note_id

-- count --
SELECT count(DISTINCT note_id) FROM notes WHERE store = $1 AND order_id = $2
