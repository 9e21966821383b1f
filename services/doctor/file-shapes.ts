import { join } from 'node:path'
import { AUDIT_MIGRATIONS } from '#services/audit/schema.ts'
import { DATA_FILES } from '#services/config/role.ts'
import { CONSENTS_MIGRATIONS } from '#services/consents/ledger.ts'
import { DIRECTORY_MIGRATIONS } from '#services/directory/schema.ts'
import { APPLIED_EDITS_MIGRATIONS } from '#services/editing/applied-edits.ts'
import { EDITS_MIGRATIONS } from '#services/editing/ledger.ts'
import { RUNS_MIGRATIONS } from '#services/evaluation/schema.ts'
import { ACTIVATION_MIGRATIONS } from '#services/flexibility/activation-store.ts'
import { COLLECT_FILE } from '#services/ingest/collect-status.ts'
import { MIRROR_MIGRATIONS } from '#services/jobs/bullmq/asked-mirror.ts'
import { JOBS_MIGRATIONS } from '#services/jobs/embedded/schema.ts'
import { ERASED_MARKS_MIGRATIONS } from '#services/privacy/erased-marks.ts'
import { ERASURES_MIGRATIONS } from '#services/privacy/erasure-register.ts'
import { RELEASES_MIGRATIONS } from '#services/publication/release-store.ts'
import { WITHDRAWALS_MIGRATIONS } from '#services/publication/withdrawals.ts'
import type { FileShape } from '#services/sqlite/migrate.ts'
import { EMBEDDED_JOURNAL, EMBEDDED_SAMPLES } from '#services/store/embedded/files.ts'
import { INFLUX_FORWARDING, INFLUX_JOURNAL } from '#services/store/influx/files.ts'
import { storeFolder } from '#services/store/open.ts'
import { STUDIES_MIGRATIONS } from '#services/studies/schema.ts'
import { TOKENS_MIGRATIONS } from '#services/tokens/schema.ts'

/** Every database that this code makes under PENFELD_DATA, by its path from there. */
export const FILE_SHAPES: Readonly<Record<string, FileShape>> = {
  ...Object.fromEntries((['measured', 'derived'] as const).flatMap((store) => [
    [join(storeFolder('', store, 'embedded'), 'journal.sqlite'), EMBEDDED_JOURNAL],
    [join(storeFolder('', store, 'embedded'), 'samples.sqlite'), EMBEDDED_SAMPLES],
    [join(storeFolder('', store, 'influx'), 'journal.sqlite'), INFLUX_JOURNAL],
    [join(storeFolder('', store, 'influx'), 'forwarding.sqlite'), INFLUX_FORWARDING],
  ])),
  [DATA_FILES.runs]: { migrations: RUNS_MIGRATIONS },
  [DATA_FILES.activations]: { migrations: ACTIVATION_MIGRATIONS },
  [DATA_FILES.activationAnswers]: { migrations: ACTIVATION_MIGRATIONS },
  [DATA_FILES.jobs]: { migrations: JOBS_MIGRATIONS },
  [DATA_FILES.asked]: { migrations: MIRROR_MIGRATIONS },
  [DATA_FILES.releases]: { migrations: RELEASES_MIGRATIONS },
  [DATA_FILES.withdrawals]: { migrations: WITHDRAWALS_MIGRATIONS },
  [DATA_FILES.directory]: { migrations: DIRECTORY_MIGRATIONS },
  [DATA_FILES.edits]: { migrations: EDITS_MIGRATIONS },
  [DATA_FILES.appliedEdits]: { migrations: APPLIED_EDITS_MIGRATIONS },
  [DATA_FILES.consents]: { migrations: CONSENTS_MIGRATIONS },
  [DATA_FILES.erasures]: { migrations: ERASURES_MIGRATIONS },
  [DATA_FILES.erasedMeasured]: { migrations: ERASED_MARKS_MIGRATIONS },
  [DATA_FILES.erasedDerived]: { migrations: ERASED_MARKS_MIGRATIONS },
  [DATA_FILES.studies]: { migrations: STUDIES_MIGRATIONS },
  [DATA_FILES.audit]: { migrations: AUDIT_MIGRATIONS },
  [DATA_FILES.tokens]: { migrations: TOKENS_MIGRATIONS },
  [DATA_FILES.collect]: COLLECT_FILE,
}
