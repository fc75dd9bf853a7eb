-- Freshet's tables for SQLite 3.24 or newer. Running it again changes nothing. See docs/outbox.md for what each column means.
-- Ids are written as 'd3b07384-d9a0-4e9b-8a3e-5f1c2b6a7e90', in lower case; times as '2026-04-27T13:40:22.123Z'.

CREATE TABLE IF NOT EXISTS freshet_outbox (
    seq          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(6)))) CHECK (length(id) = 36 AND id = lower(id)),
    keyspace     TEXT NOT NULL DEFAULT 'app',
    created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    due_at       TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    "trigger"    TEXT NOT NULL DEFAULT 'job',
    action       TEXT NOT NULL,
    actor        TEXT,
    call         TEXT NOT NULL DEFAULT 'Raise',
    event        TEXT,
    data         TEXT,
    invalidations TEXT,
    cause        TEXT,
    trace        TEXT,
    epoch        TEXT,
    position     INTEGER,
    appended_at  TEXT,
    attempts     INTEGER NOT NULL DEFAULT 0,
    error        TEXT,
    set_aside_at TEXT
);

-- No index holds every row that is not appended yet: a write would pay for it as much as for the row itself. Whoever writes waits for
-- whoever wrote before, so a new row has the highest number, and what comes after the last appended row is open. A row that a later one
-- overtakes is found here: its position is 0 from when the later one is marked until it is appended itself.
CREATE INDEX IF NOT EXISTS freshet_outbox_overtaken ON freshet_outbox (seq, id) WHERE position = 0 AND appended_at IS NULL AND set_aside_at IS NULL;

-- The last appended row; and a row's id, once it is appended. Until then it is looked for among the few that are open.
CREATE INDEX IF NOT EXISTS freshet_outbox_last ON freshet_outbox (seq) WHERE appended_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS freshet_outbox_id ON freshet_outbox (id) WHERE appended_at IS NOT NULL;

-- Tables of before 2026-11-28 have this one, of every open row.
DROP INDEX IF EXISTS freshet_outbox_open;

-- What is kept for a while, and then deleted.
CREATE INDEX IF NOT EXISTS freshet_outbox_appended ON freshet_outbox (appended_at) WHERE appended_at IS NOT NULL;

CREATE INDEX IF NOT EXISTS freshet_outbox_set_aside ON freshet_outbox (seq) WHERE set_aside_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS freshet_claims (
    source     TEXT NOT NULL,
    delivery   TEXT NOT NULL,
    claim      TEXT NOT NULL,
    claimed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    PRIMARY KEY (source, delivery)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS freshet_claims_claimed ON freshet_claims (claimed_at);

CREATE TABLE IF NOT EXISTS freshet_operations (
    id             TEXT NOT NULL PRIMARY KEY,
    keyspace       TEXT NOT NULL DEFAULT 'app',
    kind           TEXT NOT NULL,
    owner          TEXT,
    status         TEXT NOT NULL DEFAULT 'accepted',
    input          TEXT NOT NULL,
    accepted_at    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    changed_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    due_at         TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    lease          TEXT,
    attempts       INTEGER NOT NULL DEFAULT 0,
    result         TEXT,
    records        TEXT,
    failure_code   TEXT,
    failure_reason TEXT,
    trace          TEXT
) WITHOUT ROWID;

-- What a worker looks for; finished ones leave it.
CREATE INDEX IF NOT EXISTS freshet_operations_due ON freshet_operations (due_at) WHERE status IN ('accepted', 'processing');

CREATE INDEX IF NOT EXISTS freshet_operations_finished ON freshet_operations (changed_at) WHERE status IN ('completed', 'failed');
