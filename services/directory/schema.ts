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
  // Links to holders say where they come from and end in their own time; codes stand here as hashes; a session knows its provider.
  `CREATE TABLE holder_link (link_id INTEGER PRIMARY KEY AUTOINCREMENT, person_id INTEGER NOT NULL REFERENCES person, holder TEXT NOT NULL, from_at REAL NOT NULL, to_at REAL,
     origin TEXT NOT NULL, granted_by INTEGER, granted_at REAL NOT NULL, ends_at REAL, parent_link INTEGER, ended_at REAL, ended_by INTEGER) STRICT;
   CREATE INDEX holder_link_by_person ON holder_link (person_id, holder);
   CREATE INDEX holder_link_by_parent ON holder_link (parent_link);
   INSERT INTO holder_link (person_id, holder, from_at, to_at, origin, granted_at) SELECT person_id, holder, from_at, to_at, 'enrolled', 0 FROM person_holder;
   DROP TABLE person_holder;
   CREATE TABLE access_code (code_id INTEGER PRIMARY KEY AUTOINCREMENT, code_hash TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, holder TEXT NOT NULL, delivery_point TEXT, parent_link INTEGER,
     from_at REAL NOT NULL, link_ends_at REAL, made_by INTEGER NOT NULL, made_at REAL NOT NULL, expires_at REAL NOT NULL, redeemed_by INTEGER, redeemed_at REAL, withdrawn_at REAL) STRICT;
   CREATE TABLE wrong_code (attempt_id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, person_id INTEGER NOT NULL) STRICT;
   CREATE INDEX wrong_code_by_time ON wrong_code (at);
   CREATE TABLE removed_person (person_id INTEGER PRIMARY KEY, salt TEXT NOT NULL, reference TEXT NOT NULL, removed_at REAL NOT NULL) STRICT;
   ALTER TABLE person ADD COLUMN signed_in_at REAL;
   ALTER TABLE session ADD COLUMN provider TEXT;
   ALTER TABLE session ADD COLUMN id_token TEXT;
   ALTER TABLE session ADD COLUMN authenticated_at REAL NOT NULL DEFAULT 0`,
] as const
