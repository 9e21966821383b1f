/** Shape of releases.sqlite, which work alone writes. */
import { EFFECT_TABLE } from '#services/sqlite/effect-ledger.ts'

export const RELEASES_MIGRATIONS = [
  // `body` becomes null when a release leaves the public window; its hash, which names the exact content, stays.
  `CREATE TABLE release (
     release_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at REAL NOT NULL, step_s INTEGER NOT NULL, published_at REAL NOT NULL,
     rules TEXT NOT NULL, district_version TEXT NOT NULL, previous_sha256 TEXT NOT NULL, sha256 TEXT NOT NULL, body TEXT,
     UNIQUE (kind, at)) STRICT;
   CREATE TRIGGER release_is_immutable BEFORE UPDATE ON release
     WHEN new.body IS NOT NULL OR new.sha256 <> old.sha256 OR new.previous_sha256 <> old.previous_sha256 OR new.at <> old.at
     BEGIN SELECT raise(ABORT, 'a release is never changed'); END;
   CREATE TRIGGER release_is_kept BEFORE DELETE ON release BEGIN SELECT raise(ABORT, 'a release is never deleted'); END`,
  EFFECT_TABLE,
  // One release a kind, carrier and time. In format 1 the body holds the figures, since format 2 the whole document that is signed; one chain goes through both.
  `CREATE TABLE release_2 (
     release_id INTEGER PRIMARY KEY AUTOINCREMENT, format INTEGER NOT NULL, kind TEXT NOT NULL, carrier TEXT NOT NULL, at REAL NOT NULL, step_s INTEGER NOT NULL, published_at REAL NOT NULL,
     rules TEXT NOT NULL, district_version TEXT NOT NULL, previous_sha256 TEXT NOT NULL, sha256 TEXT NOT NULL, certificate TEXT, certificate_sha256 TEXT, held TEXT NOT NULL, shown TEXT,
     public_key TEXT, signature TEXT, body TEXT, withdrawn_at REAL, withdrawal TEXT, withdrawn_by TEXT, UNIQUE (kind, carrier, at)) STRICT;
   INSERT INTO release_2 SELECT release_id, 1, kind, 'electricity', at, step_s, published_at, rules, district_version, previous_sha256, sha256, NULL, NULL, '[]', NULL, NULL, NULL, body,
     CASE WHEN body IS NULL THEN at END, CASE WHEN body IS NULL THEN 'window' END, NULL FROM release;
   DROP TABLE release;
   ALTER TABLE release_2 RENAME TO release;
   CREATE TRIGGER release_is_immutable BEFORE UPDATE OF body ON release WHEN new.body IS NOT NULL BEGIN SELECT raise(ABORT, 'a release is never changed'); END;
   CREATE TRIGGER release_stays BEFORE UPDATE OF release_id, format, kind, carrier, at, step_s, published_at, rules, district_version, previous_sha256, sha256, certificate, certificate_sha256, held, shown, public_key, signature ON release
     BEGIN SELECT raise(ABORT, 'a release is never changed'); END;
   CREATE TRIGGER release_is_withdrawn_once BEFORE UPDATE ON release WHEN old.withdrawn_at IS NOT NULL BEGIN SELECT raise(ABORT, 'a release is never changed'); END;
   CREATE TRIGGER release_is_not_replaced BEFORE INSERT ON release
     WHEN EXISTS (SELECT 1 FROM release WHERE release_id = new.release_id OR (kind = new.kind AND carrier = new.carrier AND at = new.at))
     BEGIN SELECT raise(ABORT, 'a release is never replaced'); END;
   CREATE TRIGGER release_is_kept BEFORE DELETE ON release BEGIN SELECT raise(ABORT, 'a release is never deleted'); END;
   CREATE TABLE zone_year (carrier TEXT NOT NULL, year INTEGER NOT NULL, groups TEXT NOT NULL, PRIMARY KEY (carrier, year)) STRICT;
   CREATE TABLE quarter (
     carrier TEXT NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL, made_at REAL NOT NULL, cohort_sha256 TEXT NOT NULL, frozen TEXT NOT NULL, PRIMARY KEY (carrier, from_at)) STRICT;
   -- Who was in it, only for as long as the next border asks.
   CREATE TABLE cohort (carrier TEXT NOT NULL, from_at REAL NOT NULL, members TEXT NOT NULL, pending TEXT NOT NULL, PRIMARY KEY (carrier, from_at)) STRICT;
   CREATE TRIGGER quarter_stays BEFORE UPDATE ON quarter BEGIN SELECT raise(ABORT, 'a quarter is frozen'); END;
   CREATE TRIGGER quarter_remains BEFORE DELETE ON quarter BEGIN SELECT raise(ABORT, 'a quarter is frozen'); END;
   CREATE TRIGGER zone_year_stays BEFORE UPDATE ON zone_year BEGIN SELECT raise(ABORT, 'the zones of a year are frozen'); END;
   CREATE TRIGGER zone_year_remains BEFORE DELETE ON zone_year BEGIN SELECT raise(ABORT, 'the zones of a year are frozen'); END`,
] as const
