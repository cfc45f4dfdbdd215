-- by_token --
SELECT store, order_id, plan FROM orders WHERE page_token_hash = $1
