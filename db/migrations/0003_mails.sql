-- What became of a mail, to the end: what the relay is asked about, and what the store chose.

-- When the bytes were last about to be handed over: a relay is asked what it had since then.
ALTER TABLE mails ADD COLUMN entered_data_at timestamptz;
-- It was sent again though nobody could say whether it had arrived: by the store's choice that happens once.
ALTER TABLE mails ADD COLUMN sent_again boolean NOT NULL DEFAULT false;
-- After the relay was away, what waits leaves oldest first.
CREATE INDEX mails_waiting ON mails (number) WHERE state = 'retry';
