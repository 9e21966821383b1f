/** Shape of jobs.sqlite. Times are of the service's Clock; `*_real_ms` is real time, for leases and pauses only. */
export const JOBS_MIGRATIONS = [
  `CREATE TABLE job (
     job_id INTEGER PRIMARY KEY AUTOINCREMENT,
     kind TEXT NOT NULL, scope TEXT NOT NULL, period REAL NOT NULL, input_revision INTEGER NOT NULL,
     state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0, progress REAL NOT NULL DEFAULT 0,
     created_at REAL NOT NULL, started_at REAL, ended_at REAL, started_real_ms REAL, duration_ms REAL, error TEXT,
     token INTEGER NOT NULL DEFAULT 0, lease_until_real_ms REAL, due_real_ms REAL NOT NULL DEFAULT 0,
     UNIQUE (kind, scope, period, input_revision)) STRICT;
   CREATE INDEX job_by_state ON job (state, kind, period);
   CREATE INDEX job_by_end ON job (kind, ended_at);
   CREATE TABLE cursor (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
   CREATE TABLE schedule (kind TEXT NOT NULL, scope TEXT NOT NULL, last_period REAL NOT NULL, next_due_at REAL NOT NULL, PRIMARY KEY (kind, scope)) STRICT`,
] as const
