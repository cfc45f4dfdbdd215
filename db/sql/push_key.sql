-- find --
SELECT public_key, private_sealed FROM push_key

-- keep --
-- Of two processes that make one at once, one's is kept.
INSERT INTO push_key (public_key, private_sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING
