-- Up to when the moments of each scheduled route are done.

CREATE TABLE schedule (
    id         TEXT PRIMARY KEY,
    expression TEXT NOT NULL,
    done_until TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
