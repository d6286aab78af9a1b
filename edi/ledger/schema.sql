-- The ledger. Events are the truth; the other tables are their consequence, changed in the same transaction.
-- `secret` alone holds names, hashes and salts; its rows can be erased without harm to the chain of events.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE event (
    seq  INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    leaf BLOB NOT NULL
) STRICT;

CREATE TRIGGER event_never_changes BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TRIGGER event_never_goes BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TABLE checkpoint (
    size     INTEGER PRIMARY KEY,
    root     BLOB NOT NULL,
    frontier BLOB NOT NULL,
    note     TEXT NOT NULL
) STRICT;

CREATE TRIGGER checkpoint_never_changes BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are never changed'); END;

CREATE TRIGGER checkpoint_never_goes BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;

CREATE TABLE secret (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL CHECK (kind IN ('in', 'out', 'rule', 'run', 'entry')),
    salt     BLOB NOT NULL,
    sha256   BLOB,
    size     INTEGER,
    path     TEXT,
    raw_name BLOB,
    name     TEXT,
    detail   TEXT
) STRICT;

CREATE INDEX secret_sha256 ON secret (sha256);
CREATE INDEX secret_rule ON secret (sha256) WHERE kind = 'rule';

CREATE TABLE file (
    id           TEXT PRIMARY KEY,
    endpoint     TEXT NOT NULL,
    partner      TEXT NOT NULL,
    state        TEXT NOT NULL,
    size         INTEGER,
    mtime        TEXT,
    policy       TEXT,
    duplicate_of TEXT,
    run          TEXT,
    route        TEXT,
    format       TEXT,
    claimed_at   TEXT NOT NULL,
    changed_at   TEXT NOT NULL
) STRICT;

CREATE INDEX file_state ON file (state, endpoint);
CREATE INDEX file_run ON file (run);
CREATE INDEX file_endpoint ON file (endpoint, id);

CREATE TABLE message (
    run       TEXT NOT NULL,
    file      TEXT NOT NULL,
    key       INTEGER NOT NULL,
    route     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    reference TEXT NOT NULL,
    number    TEXT NOT NULL,
    state     TEXT NOT NULL,
    PRIMARY KEY (file, run, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id         TEXT PRIMARY KEY,
    endpoint   TEXT NOT NULL,
    state      TEXT NOT NULL,
    clock      TEXT NOT NULL,
    sequence   INTEGER NOT NULL,
    used       INTEGER,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX run_state ON run (state);

CREATE TABLE reservation (
    id         TEXT PRIMARY KEY,
    run        TEXT NOT NULL,
    first      INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX reservation_run ON reservation (run);
CREATE INDEX reservation_first ON reservation (first);

CREATE TABLE run_rule (
    run  TEXT NOT NULL,
    name TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
    id         TEXT PRIMARY KEY,
    run        TEXT NOT NULL,
    kind       TEXT NOT NULL,
    route      TEXT NOT NULL,
    endpoint   TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    not_before TEXT,
    reference  INTEGER,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX delivery_state ON delivery (state);
CREATE INDEX delivery_run ON delivery (run);

CREATE TABLE delivery_file (
    file     TEXT NOT NULL,
    delivery TEXT NOT NULL,
    PRIMARY KEY (file, delivery)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_file_delivery ON delivery_file (delivery);

CREATE TABLE refusal (
    id         TEXT PRIMARY KEY,
    endpoint   TEXT NOT NULL,
    size       TEXT NOT NULL,
    mtime      TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX refusal_endpoint ON refusal (endpoint, size, mtime);

CREATE TABLE schedule (
    id         TEXT PRIMARY KEY,
    expression TEXT NOT NULL,
    done_until TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE INDEX delivery_route ON delivery (route, endpoint);
