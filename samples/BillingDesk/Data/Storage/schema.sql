-- The Billing Desk database. Instants are UTC text of fixed width (2026-01-15T09:30:00.000Z) and days are yyyy-MM-dd,
-- so comparing the text compares the time. Money is whole cents. Every row that can change carries version and updated_at.
-- One script for SQLite and PostgreSQL: {number} stands for a primary key that counts by itself, {clustered} for rows kept in their key,
-- TEXT for text that is compared byte by byte.

CREATE TABLE plans (
    id            TEXT   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    monthly_cents BIGINT NOT NULL CHECK (monthly_cents >= 0),
    version       BIGINT NOT NULL,
    updated_at    TEXT   NOT NULL
);

-- An account is also the organisation that users are members of.
CREATE TABLE accounts (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    currency   TEXT   NOT NULL CHECK (length(currency) = 3),
    version    BIGINT NOT NULL,
    updated_at TEXT   NOT NULL
);
CREATE INDEX accounts_by_name ON accounts (name, id);

-- What an account bought. It keeps the plan's name as it was sold: renaming a plan changes the price list, not a contract.
-- (Were the name joined in, editing one plan would silently outdate the summary of every account on it.)
CREATE TABLE subscriptions (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    plan_id    TEXT   NOT NULL REFERENCES plans (id),
    plan_name  TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    updated_at TEXT   NOT NULL
);

CREATE TABLE users (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    email      TEXT   NOT NULL UNIQUE,
    version    BIGINT NOT NULL,
    updated_at TEXT   NOT NULL
);

CREATE TABLE memberships (
    org_id     TEXT   NOT NULL REFERENCES accounts (id),
    user_id    TEXT   NOT NULL REFERENCES users (id),
    role       TEXT   NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    version    BIGINT NOT NULL,
    updated_at TEXT   NOT NULL,
    PRIMARY KEY (org_id, user_id)
){clustered};
CREATE INDEX memberships_by_user ON memberships (user_id, org_id);

-- amount_cents is the sum of the lines, written in the transaction that writes them.
CREATE TABLE invoices (
    id           TEXT   NOT NULL PRIMARY KEY,
    account_id   TEXT   NOT NULL REFERENCES accounts (id),
    number       TEXT   NOT NULL UNIQUE,
    amount_cents BIGINT NOT NULL CHECK (amount_cents >= 0),
    currency     TEXT   NOT NULL,
    due_on       TEXT   NOT NULL,
    paid_at      TEXT,
    memo         TEXT   NOT NULL CHECK (length(memo) <= 500),
    version      BIGINT NOT NULL,
    updated_at   TEXT   NOT NULL
);
CREATE INDEX invoices_by_account ON invoices (account_id, due_on DESC, number DESC);

CREATE TABLE invoice_lines (
    invoice_id TEXT   NOT NULL REFERENCES invoices (id),
    position   BIGINT NOT NULL CHECK (position BETWEEN 1 AND 50),
    text       TEXT   NOT NULL CHECK (length(text) BETWEEN 1 AND 200),
    quantity   BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 10000),
    unit_cents BIGINT NOT NULL CHECK (unit_cents BETWEEN 0 AND 100000000),
    PRIMARY KEY (invoice_id, position)
){clustered};

-- account_id is null for what belongs to no single account: a user's profile, the price list, the site.
CREATE TABLE audit (
    id         {number},
    account_id TEXT REFERENCES accounts (id),
    at         TEXT NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    subject    TEXT NOT NULL
);
CREATE INDEX audit_by_account ON audit (account_id, id DESC);

-- What to suggest to an account on a given plan.
CREATE TABLE recommendations (
    id       TEXT   NOT NULL PRIMARY KEY,
    plan_id  TEXT   NOT NULL REFERENCES plans (id),
    position BIGINT NOT NULL,
    title    TEXT   NOT NULL,
    reason   TEXT   NOT NULL,
    UNIQUE (plan_id, position)
);

-- What a plan includes: units of usage in 30 days.
CREATE TABLE allowances (
    plan_id        TEXT   NOT NULL PRIMARY KEY REFERENCES plans (id),
    included_units BIGINT NOT NULL CHECK (included_units > 0)
);

-- Usage as it arrives. No page reads these rows: a job rolls them up, and pages read what it made of them.
CREATE TABLE usage_raw (
    id         {number},
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    at         TEXT   NOT NULL,
    units      BIGINT NOT NULL CHECK (units BETWEEN 1 AND 1000000),
    run        BIGINT -- the run of the pipeline that added it up; null before
);
CREATE INDEX usage_raw_by_run ON usage_raw (run);

CREATE TABLE usage_daily (
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    day        TEXT   NOT NULL,
    units      BIGINT NOT NULL,
    PRIMARY KEY (account_id, day)
){clustered};

-- One row: how far usage_daily is. It holds every raw row that a run has taken, which is all that had arrived by as_of.
CREATE TABLE usage_pipeline (
    id    BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    run   BIGINT NOT NULL,
    as_of TEXT   NOT NULL
);

-- What the nightly job made of each account, last time.
CREATE TABLE nightly_summaries (
    account_id       TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    day              TEXT   NOT NULL,
    open_invoices    BIGINT NOT NULL,
    overdue_invoices BIGINT NOT NULL,
    balance_cents    BIGINT NOT NULL,
    paid_cents       BIGINT NOT NULL,
    members          BIGINT NOT NULL,
    made_at          TEXT   NOT NULL
);

-- The footer below every page of a route group, such as /plain; one row for each group.
CREATE TABLE footers (
    route_group TEXT   NOT NULL PRIMARY KEY,
    text        TEXT   NOT NULL CHECK (length(text) <= 500),
    version     BIGINT NOT NULL,
    updated_at  TEXT   NOT NULL
);

-- What people type into the feedback widget. No page reads it.
CREATE TABLE feedback (
    id    {number},
    at    TEXT NOT NULL,
    actor TEXT NOT NULL,
    text  TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 2000)
);
