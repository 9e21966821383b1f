/**
 * Shape of audit.sqlite. Entries and heads are only ever added, in order; the trigger on insertion closes the way of INSERT OR REPLACE, which
 * deletes without asking. Who is meant stands in `person_reference` alone, which may be erased row by row and not be changed otherwise but for names.
 */
export const AUDIT_MIGRATIONS = [
  `CREATE TABLE entry (
     seq INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, actor TEXT, act TEXT NOT NULL, subject TEXT, reason TEXT,
     text TEXT NOT NULL, previous TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT;
   CREATE INDEX entry_by_subject ON entry (subject, at);
   CREATE INDEX entry_by_actor ON entry (actor, at);
   CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
   CREATE TRIGGER entry_remains BEFORE DELETE ON entry BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
   CREATE TRIGGER entry_follows BEFORE INSERT ON entry WHEN new.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entry)
     BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
   CREATE TABLE head (seq INTEGER PRIMARY KEY, at REAL NOT NULL, sha256 TEXT NOT NULL, public_key TEXT NOT NULL, signature TEXT NOT NULL) STRICT;
   CREATE TRIGGER head_stays BEFORE UPDATE ON head BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
   CREATE TRIGGER head_remains BEFORE DELETE ON head BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
   CREATE TRIGGER head_follows BEFORE INSERT ON head WHEN new.seq <= (SELECT coalesce(max(seq), 0) FROM head)
     BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
   CREATE TABLE person_reference (reference TEXT PRIMARY KEY, kind TEXT NOT NULL, identity TEXT NOT NULL, name TEXT, salt TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE UNIQUE INDEX reference_by_identity ON person_reference (kind, identity) WHERE kind <> 'reason';
   CREATE TRIGGER reference_stays BEFORE UPDATE OF reference, kind, identity, salt ON person_reference BEGIN SELECT raise(ABORT, 'a reference is erased or stays'); END;
   CREATE TABLE brought_over (name TEXT PRIMARY KEY, up_to INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
] as const
