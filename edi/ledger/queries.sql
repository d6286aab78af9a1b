-- Every statement of the ledger, by name. `edi.ledger.queries` loads them.

-- name: last_event
-- The newest event: its number and its leaf hash.
SELECT seq, leaf FROM event ORDER BY seq DESC LIMIT 1;

-- name: add_event
-- Append one event.
INSERT INTO event (seq, body, leaf) VALUES (?, ?, ?);

-- name: events
-- Events after a number, in order.
SELECT seq, body, leaf FROM event WHERE seq > :after ORDER BY seq;

-- name: meta
-- One fact about this ledger.
SELECT value FROM meta WHERE key = :key;

-- name: add_meta
-- Record one fact about this ledger.
INSERT INTO meta (key, value) VALUES (:key, :value);

-- name: add_checkpoint
-- Keep a signed checkpoint.
INSERT INTO checkpoint (size, root, frontier, note) VALUES (:size, :root, :frontier, :note);

-- name: checkpoints
-- All signed checkpoints, oldest first.
SELECT size, root, frontier, note FROM checkpoint ORDER BY size;

-- name: last_checkpoint
-- The newest signed checkpoint.
SELECT size, root, frontier, note FROM checkpoint ORDER BY size DESC LIMIT 1;

-- name: add_secret
-- What must stay out of the events: salt, and what is known of the object so far.
INSERT INTO secret (id, kind, salt, sha256, size, path, raw_name, name, detail)
VALUES (:id, :kind, :salt, :sha256, :size, :path, :raw_name, :name, :detail);

-- name: set_object
-- The bytes of an object are in the archive.
UPDATE secret SET sha256 = :sha256, size = :size, path = :path WHERE id = :id;

-- name: set_detail
-- The finding that set an object aside, whole.
UPDATE secret SET detail = :detail WHERE id = :id;

-- name: secrets_of
-- Salts of some objects.
SELECT id, salt FROM secret WHERE id IN (SELECT value FROM json_each(:ids));

-- name: erase_secret
-- Forget everything that could identify an object.
DELETE FROM secret WHERE id = :id;

-- name: erase_messages
-- Forget the references and numbers of a file's messages.
DELETE FROM message WHERE file = :id;

-- name: object_paths
-- Where objects lie; a condition follows.
SELECT id, path FROM secret;

-- name: objects
-- Every object with its path, for re-reading; newest last.
SELECT id, kind, salt, sha256, size, path, raw_name, name, detail FROM secret ORDER BY id;

-- name: objects_by_id
-- One object.
SELECT id, kind, salt, sha256, size, path, raw_name, name, detail FROM secret WHERE id = :id;

-- name: object_count
-- How many objects there are to verify.
SELECT count(*) AS n FROM secret;

-- name: newest_object
-- The path of the newest object of the archive.
SELECT path FROM secret WHERE path IS NOT NULL ORDER BY id DESC LIMIT 1;

-- name: add_file
-- A file seen at its source.
INSERT INTO file (id, endpoint, partner, state, size, mtime, claimed_at, changed_at)
VALUES (:id, :endpoint, :partner, :state, :size, :mtime, :claimed_at, :changed_at);

-- name: stage_file
-- Its bytes are safe; perhaps they came before.
UPDATE file SET state = :state, size = :size, policy = :policy, duplicate_of = :duplicate_of,
    changed_at = :changed_at WHERE id = :id;

-- name: set_file_state
-- A file in its next state.
UPDATE file SET state = :state, changed_at = :changed_at WHERE id = :id;

-- name: set_file_run
-- A file taken by a run, or given back.
UPDATE file SET state = :state, run = :run, changed_at = :changed_at WHERE id = :id;

-- name: judge_file
-- The verdict of a run on a file.
UPDATE file SET state = :state, route = :route, format = :format, changed_at = :changed_at WHERE id = :id;

-- name: originals
-- For each of some staged files, the first other file with the same bytes from the same place.
-- CROSS JOIN fixes the order (by hash, then by id): left to itself SQLite reads the whole endpoint for each file.
SELECT f.id, min(o.id) AS original
FROM secret s
CROSS JOIN file f ON f.id = s.id
CROSS JOIN secret e ON e.sha256 = s.sha256 AND e.kind = 'in' AND e.id <> s.id
CROSS JOIN file o ON o.id = e.id AND o.endpoint = f.endpoint AND o.partner = f.partner
WHERE s.id IN (SELECT value FROM json_each(:ids))
  AND o.state NOT IN ('void', 'quarantined')
  AND (o.id < f.id OR o.id NOT IN (SELECT value FROM json_each(:ids)))
GROUP BY f.id;

-- name: states_file
-- States of some files, with what decides their next step.
SELECT id, state, run, policy, duplicate_of FROM file WHERE id IN (SELECT value FROM json_each(:ids));

-- name: states_delivery
-- States and attempts of some deliveries.
SELECT id, state, attempt FROM delivery WHERE id IN (SELECT value FROM json_each(:ids));

-- name: states_run
-- States of some runs.
SELECT id, state FROM run WHERE id IN (SELECT value FROM json_each(:ids));

-- name: known_refusal
-- Whether a name at a source was refused before with the same size and time.
SELECT 1 FROM refusal r JOIN secret s ON s.id = r.id
WHERE r.endpoint = :endpoint AND r.size = :size AND r.mtime = :mtime AND s.raw_name = :raw_name;

-- name: add_refusal
-- A name that is never touched.
INSERT INTO refusal (id, endpoint, size, mtime, changed_at)
VALUES (:id, :endpoint, :size, :mtime, :changed_at);

-- name: add_run
-- A run begins.
INSERT INTO run (id, endpoint, state, clock, sequence, changed_at)
VALUES (:id, :endpoint, :state, :clock, :sequence, :changed_at);

-- name: end_run
-- A run is done or given up.
UPDATE run SET state = :state, used = :used, changed_at = :changed_at WHERE id = :id;

-- name: next_reference
-- The next control reference that no run was given.
SELECT coalesce(max(first + count), 1) AS next FROM reservation;

-- name: add_reservation
-- Control references for a run.
INSERT INTO reservation (id, run, first, count, changed_at)
VALUES (:id, :run, :first, :count, :changed_at);

-- name: reservations_of
-- Ranges of control references of some runs, in order.
SELECT run, first, count FROM reservation WHERE run IN (SELECT value FROM json_each(:ids)) ORDER BY first;

-- name: rules_by_hash
-- Rules that are archived, by content.
SELECT id, sha256, size, path FROM secret
WHERE kind = 'rule' AND hex(sha256) IN (SELECT value FROM json_each(:hashes));

-- name: add_run_rule
-- A rule that a run used, by its library name.
INSERT INTO run_rule (run, name, rule) VALUES (:run, :name, :rule);

-- name: rules_of_run
-- The rules that a run used.
SELECT r.name, s.sha256, s.size, s.path FROM run_rule r JOIN secret s ON s.id = r.rule
WHERE r.run = :run ORDER BY r.name;

-- name: add_message
-- A message and its verdict.
INSERT INTO message (run, file, key, route, kind, reference, number, state)
VALUES (:run, :file, :key, :route, :kind, :reference, :number, :state);

-- name: messages_of
-- The messages of a file, newest run first.
SELECT run, file, key, route, kind, reference, number, state FROM message WHERE file = :file
ORDER BY run DESC, key;

-- name: add_delivery
-- A file to deliver.
INSERT INTO delivery (id, run, kind, route, endpoint, state, attempt, reference, changed_at)
VALUES (:id, :run, :kind, :route, :endpoint, :state, :attempt, :reference, :changed_at);

-- name: add_delivery_file
-- A file that a delivery was made of.
INSERT INTO delivery_file (file, delivery) VALUES (:file, :delivery);

-- name: set_delivery_state
-- A delivery in its next state.
UPDATE delivery SET state = :state, changed_at = :changed_at WHERE id = :id;

-- name: retry_delivery
-- A delivery to be tried again, not before a time.
UPDATE delivery SET state = :state, attempt = :attempt, not_before = :not_before,
    changed_at = :changed_at WHERE id = :id;

-- name: file_rows
-- Files with what is secret about them; a condition follows.
SELECT f.id, f.endpoint, f.partner, f.state, coalesce(s.name, '') AS name,
    coalesce(s.raw_name, x'') AS raw_name, f.size, f.mtime, coalesce(s.path, '') AS path,
    coalesce(s.sha256, x'') AS sha256, f.duplicate_of, f.run, coalesce(f.route, '') AS route,
    coalesce(f.format, '') AS format, s.detail, f.claimed_at, f.changed_at
FROM file f LEFT JOIN secret s ON s.id = f.id;

-- name: run_rows
-- Runs with their record; a condition follows.
SELECT r.id, r.endpoint, r.state, r.clock, r.sequence, r.used, coalesce(s.detail, '{}') AS detail,
    coalesce(s.path, '') AS path, r.changed_at
FROM run r LEFT JOIN secret s ON s.id = r.id;

-- name: delivery_rows
-- Deliveries with what is secret about them; a condition follows.
SELECT d.id, d.run, d.kind, d.route, d.endpoint, d.state, d.attempt, d.not_before, d.reference,
    coalesce(s.name, '') AS name, coalesce(s.path, '') AS path, coalesce(s.sha256, x'') AS sha256,
    coalesce(s.size, 0) AS size, s.detail, d.changed_at
FROM delivery d LEFT JOIN secret s ON s.id = d.id;

-- name: schedule_rows
-- Up to when each scheduled route is done.
SELECT id, expression, done_until FROM schedule;

-- name: set_schedule
-- A scheduled route is done up to a moment.
INSERT INTO schedule (id, expression, done_until, changed_at)
VALUES (:id, :expression, :done_until, :changed_at)
ON CONFLICT (id) DO UPDATE SET expression = excluded.expression, done_until = excluded.done_until,
    changed_at = excluded.changed_at;

-- name: sendings
-- The files of documents that a route made for an endpoint, in the order of writing.
SELECT d.id, d.state, d.changed_at, r.clock FROM delivery d JOIN run r ON r.id = d.run
WHERE d.route = :route AND d.endpoint = :endpoint AND d.kind = 'document'
ORDER BY r.sequence, d.reference;

-- name: files_of_deliveries
-- The files that some deliveries were made of.
SELECT delivery, file FROM delivery_file WHERE delivery IN (SELECT value FROM json_each(:ids))
ORDER BY file;

-- name: last_staged
-- When the newest file of an endpoint was first seen whose bytes are safe.
SELECT max(claimed_at) AS at FROM file WHERE endpoint = :endpoint AND state NOT IN ('claiming', 'void');

-- name: counts
-- How many of each are in each state. A message waits no longer once a later run has judged its file again.
SELECT 'file' AS what, state, count(*) AS n FROM file GROUP BY state
UNION ALL SELECT 'message', state, count(*) FROM message
    WHERE state <> 'held' OR run = (SELECT run FROM file WHERE file.id = message.file) GROUP BY state
UNION ALL SELECT 'delivery', state, count(*) FROM delivery GROUP BY state
UNION ALL SELECT 'run', state, count(*) FROM run GROUP BY state;

-- name: dump_file
-- All files as the events tell them.
SELECT id, endpoint, partner, state, size, mtime, policy, duplicate_of, run, route, format, claimed_at,
    changed_at FROM file;

-- name: dump_run
-- All runs as the events tell them.
SELECT id, endpoint, state, clock, sequence, used, changed_at FROM run;

-- name: dump_reservation
-- All reservations as the events tell them.
SELECT id, run, first, count, changed_at FROM reservation;

-- name: dump_delivery
-- All deliveries as the events tell them.
SELECT id, run, kind, route, endpoint, state, attempt, not_before, reference, changed_at FROM delivery;

-- name: dump_refusal
-- All refusals as the events tell them.
SELECT id, endpoint, size, mtime, changed_at FROM refusal;

-- name: dump_schedule
-- All schedules as the events tell them.
SELECT id, expression, done_until, changed_at FROM schedule;

-- name: dump_run_rule
-- All uses of rules as the events tell them.
SELECT run, name, rule FROM run_rule;

-- name: dump_delivery_file
-- All origins of deliveries as the events tell them.
SELECT delivery, file FROM delivery_file;

-- name: dump_messages
-- All messages, for the commitment of each run to each file's.
SELECT run, file, key, route, kind, reference, number, state FROM message ORDER BY run, file, key;

-- name: ids_of_partner
-- Files from a partner and deliveries to one of its endpoints.
SELECT id FROM file WHERE partner = :partner
UNION ALL SELECT id FROM delivery WHERE substr(endpoint, 1, length(:partner) + 1) = :partner || '/';
