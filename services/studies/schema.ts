/**
 * Shape of studies.sqlite. A study is never changed after it is kept but by its signature, and not at all after that; the triggers on
 * insertion close the way of INSERT OR REPLACE, which deletes without asking.
 */
export const STUDIES_MIGRATIONS = [
  `CREATE TABLE study (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, study_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, version INTEGER NOT NULL, note TEXT NOT NULL, run_id TEXT NOT NULL,
     created_at REAL NOT NULL, created_by_id INTEGER NOT NULL, created_by TEXT NOT NULL, district_version TEXT NOT NULL,
     computed_at REAL NOT NULL, base_from REAL NOT NULL, base_to REAL NOT NULL, first_year INTEGER, answer TEXT NOT NULL, recommended_eur REAL,
     sha256 TEXT NOT NULL, result BLOB NOT NULL, frozen BLOB NOT NULL, basis BLOB NOT NULL,
     signed_at REAL, signed_by_id INTEGER, signed_by TEXT, public_key TEXT, signature TEXT, UNIQUE (title, version)) STRICT;
   CREATE TRIGGER study_stays BEFORE UPDATE OF seq, study_id, title, version, note, run_id, created_at, created_by_id, created_by, district_version,
     computed_at, base_from, base_to, first_year, answer, recommended_eur, sha256, result, frozen, basis ON study
     BEGIN SELECT raise(ABORT, 'a kept study is never changed'); END;
   CREATE TRIGGER signed_study_stays BEFORE UPDATE ON study WHEN old.signed_at IS NOT NULL BEGIN SELECT raise(ABORT, 'a signed study is never changed'); END;
   CREATE TRIGGER signed_study_remains BEFORE DELETE ON study WHEN old.signed_at IS NOT NULL BEGIN SELECT raise(ABORT, 'a signed study is never deleted'); END;
   CREATE TRIGGER signed_study_is_not_replaced BEFORE INSERT ON study
     WHEN EXISTS (SELECT 1 FROM study WHERE signed_at IS NOT NULL AND (seq = new.seq OR study_id = new.study_id OR (title = new.title AND version = new.version)))
     BEGIN SELECT raise(ABORT, 'a signed study is never replaced'); END;
   CREATE TABLE event (seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, study_id TEXT NOT NULL, act TEXT NOT NULL, person_id INTEGER NOT NULL, person TEXT NOT NULL, differing TEXT NOT NULL) STRICT;
   CREATE INDEX event_by_study ON event (study_id, seq);
   CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT raise(ABORT, 'what was done stays written'); END;
   CREATE TRIGGER event_remains BEFORE DELETE ON event BEGIN SELECT raise(ABORT, 'what was done stays written'); END;
   CREATE TABLE district_seen (seq INTEGER PRIMARY KEY AUTOINCREMENT, version TEXT NOT NULL, at REAL NOT NULL) STRICT`,
] as const
