/** Shape of directory.sqlite. Ids that open a door (session, sign-in) are kept as hashes only. */
export const DIRECTORY_MIGRATIONS = [
  `CREATE TABLE person (person_id INTEGER PRIMARY KEY AUTOINCREMENT, issuer TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (issuer, subject)) STRICT;
   CREATE TABLE person_role (person_id INTEGER NOT NULL REFERENCES person, role TEXT NOT NULL, PRIMARY KEY (person_id, role)) STRICT, WITHOUT ROWID;
   CREATE TABLE person_holder (person_id INTEGER NOT NULL REFERENCES person, holder TEXT NOT NULL, from_at REAL NOT NULL, to_at REAL, PRIMARY KEY (person_id, holder, from_at)) STRICT, WITHOUT ROWID;
   CREATE TABLE session (id_hash TEXT PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person, csrf_token TEXT NOT NULL, created_at REAL NOT NULL, seen_at REAL NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE sign_in (id_hash TEXT PRIMARY KEY, created_at REAL NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE access_log (access_id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, person_id INTEGER NOT NULL, route TEXT NOT NULL, subject TEXT) STRICT;
   CREATE INDEX access_by_subject ON access_log (subject, at);
   CREATE TRIGGER access_log_is_append_only BEFORE UPDATE ON access_log BEGIN SELECT raise(ABORT, 'the access log is append-only'); END;
   CREATE TRIGGER access_log_is_kept BEFORE DELETE ON access_log BEGIN SELECT raise(ABORT, 'the access log is append-only'); END`,
] as const
