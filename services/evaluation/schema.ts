import { EFFECT_TABLE } from '#services/sqlite/effect-ledger.ts'

/** Shape of runs.sqlite: runs, the state of the network at each of their steps, forecasts as issued, balances, firm import, findings on meters. */
export const RUNS_MIGRATIONS = [
  `CREATE TABLE layout (district_version TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
   CREATE TABLE run (
     run_id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, issued_at REAL NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL,
     step_s INTEGER NOT NULL, district_version TEXT NOT NULL, engine TEXT NOT NULL, input_seq INTEGER NOT NULL,
     closure_pct REAL, residual_pct REAL, duration_ms REAL NOT NULL) STRICT;
   CREATE INDEX run_by_kind ON run (kind, run_id);
   CREATE TABLE state (
     kind TEXT NOT NULL, at REAL NOT NULL, run_id INTEGER NOT NULL, settled INTEGER NOT NULL, body BLOB NOT NULL,
     PRIMARY KEY (kind, at, run_id)) STRICT, WITHOUT ROWID;
   CREATE INDEX state_by_run ON state (run_id, at);
   CREATE TABLE forecast (
     series TEXT NOT NULL, issued_at REAL NOT NULL, from_at REAL NOT NULL, step_s INTEGER NOT NULL, forecaster TEXT NOT NULL, body BLOB NOT NULL,
     PRIMARY KEY (series, issued_at)) STRICT, WITHOUT ROWID;
   CREATE INDEX forecast_by_issue ON forecast (issued_at);
   CREATE TABLE balance (at REAL NOT NULL, district_version TEXT NOT NULL, issued_at REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY (at, district_version)) STRICT;
   CREATE TABLE firm_import (district_version TEXT NOT NULL, season TEXT NOT NULL, firm_import_kw REAL, issued_at REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY (district_version, season)) STRICT`,
  EFFECT_TABLE,
  `CREATE TABLE meter_finding (
     finding_id INTEGER PRIMARY KEY AUTOINCREMENT, point TEXT NOT NULL, kind TEXT NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL,
     severity TEXT NOT NULL, evidence TEXT NOT NULL, other TEXT, found_at REAL NOT NULL, gone_at REAL) STRICT;
   CREATE INDEX meter_finding_by_point ON meter_finding (point, kind, to_at);
   CREATE INDEX meter_finding_by_time ON meter_finding (from_at);
   CREATE TABLE day_quality (
     day REAL NOT NULL, point TEXT NOT NULL, steps INTEGER NOT NULL, measured INTEGER NOT NULL, uncertain INTEGER NOT NULL,
     substituted INTEGER NOT NULL, missing INTEGER NOT NULL, PRIMARY KEY (day, point)) STRICT, WITHOUT ROWID`,
  // Rows from before have no levels: their body is the value column alone, and all there was then was the naive forecaster.
  `ALTER TABLE forecast ADD COLUMN method TEXT NOT NULL DEFAULT 'seasonal-naive';
   ALTER TABLE forecast ADD COLUMN reason TEXT;
   ALTER TABLE forecast ADD COLUMN levels TEXT;
   ALTER TABLE forecast ADD COLUMN contributions INTEGER NOT NULL DEFAULT 0`,
  // By half hours and over whole days, beside what is issued from them each hour; `bound`: 1 never negative, -1 never positive.
  `CREATE TABLE day_ahead (
     series TEXT NOT NULL, issued_at REAL NOT NULL, from_at REAL NOT NULL, step_s INTEGER NOT NULL, forecaster TEXT NOT NULL, body BLOB NOT NULL,
     method TEXT NOT NULL, reason TEXT, levels TEXT NOT NULL, contributions INTEGER NOT NULL, carried BLOB NOT NULL, bound INTEGER NOT NULL,
     PRIMARY KEY (series, issued_at)) STRICT, WITHOUT ROWID;
   CREATE INDEX day_ahead_by_issue ON day_ahead (issued_at)`,
  // Renewed with each fit: only the newest of a series and group of days is kept.
  `CREATE TABLE past_forecast (
     series TEXT NOT NULL, first_day_ahead INTEGER NOT NULL, issued_at REAL NOT NULL, method TEXT NOT NULL, days_ahead TEXT NOT NULL, first_date INTEGER NOT NULL,
     per_day INTEGER NOT NULL, levels TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (series, first_day_ahead)) STRICT, WITHOUT ROWID`,
  // What was known of the weather to come, null: nobody wrote it down; unit of the values, null: kW.
  `ALTER TABLE forecast ADD COLUMN weather TEXT;
   ALTER TABLE forecast ADD COLUMN unit TEXT;
   ALTER TABLE day_ahead ADD COLUMN weather TEXT;
   ALTER TABLE day_ahead ADD COLUMN unit TEXT;
   ALTER TABLE past_forecast ADD COLUMN weather TEXT`,
  // The newest estimate of each series, or why there is none.
  `CREATE TABLE winter_peak (series TEXT PRIMARY KEY, computed_at REAL NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  // Of elements the newest issues, of feeder heads all of them; of what they were worth the newest report.
  `CREATE TABLE congestion (issued_at REAL PRIMARY KEY, district_version TEXT NOT NULL, told TEXT NOT NULL, body BLOB NOT NULL) STRICT;
   CREATE TABLE congestion_head (
     issued_at REAL NOT NULL, section TEXT NOT NULL, from_at REAL NOT NULL, step_s INTEGER NOT NULL, told TEXT NOT NULL, body BLOB NOT NULL,
     PRIMARY KEY (issued_at, section)) STRICT, WITHOUT ROWID;
   CREATE TABLE congestion_reliability (at REAL PRIMARY KEY, body TEXT NOT NULL) STRICT`,
  // Weeks begin on Monday; dates are local, counted since 1970-01-01. `newest_fit`: what the fit of each night said of its first day, whichever fit was in service.
  `CREATE TABLE forecast_skill (
     series TEXT NOT NULL, kind TEXT NOT NULL, first_day_ahead INTEGER NOT NULL, week INTEGER NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (series, kind, first_day_ahead, week)) STRICT, WITHOUT ROWID;
   CREATE INDEX forecast_skill_by_week ON forecast_skill (week);
   CREATE TABLE forecast_day_error (
     series TEXT NOT NULL, first_day_ahead INTEGER NOT NULL, date INTEGER NOT NULL, error_kw REAL NOT NULL,
     PRIMARY KEY (series, first_day_ahead, date)) STRICT, WITHOUT ROWID;
   CREATE TABLE forecast_drift (
     drift_id INTEGER PRIMARY KEY AUTOINCREMENT, series TEXT NOT NULL, first_day_ahead INTEGER NOT NULL, since INTEGER NOT NULL, recent_kw REAL NOT NULL,
     before_kw REAL NOT NULL, next_step TEXT NOT NULL, found_at REAL NOT NULL, judged_at REAL NOT NULL, gone_at REAL) STRICT;
   CREATE UNIQUE INDEX forecast_drift_standing ON forecast_drift (series) WHERE gone_at IS NULL;
   CREATE TABLE newest_fit (
     series TEXT NOT NULL, date INTEGER NOT NULL, method TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (series, date)) STRICT, WITHOUT ROWID`,
  // Beside what is carried over of an error, what is left of its size.
  `ALTER TABLE day_ahead ADD COLUMN left_over BLOB`,
] as const
