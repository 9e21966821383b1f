import { defineConfig } from 'vitest/config'

/**
 * Kinds of tests, told apart by the file name; each with its own time budget and number of files at a time. No retries: a flake has failed.
 * Models keep nothing between two calls, so that their tests share what is loaded and compiled; all others load everything anew for each file.
 */
const common = { environment: 'node', retry: 0, exclude: ['**/node_modules/**', 'var/**', 'dist/**'] } as const
const others = ['**/*.integration.test.ts', '**/*.browser.test.ts', '**/*.fault.test.ts']
/** They start the whole service, again and again, or measure how fast it answers: beside another file it would not be ready in time. */
const wholeService = ['kill', 'stop', 'soak', 'load-flow'].map((name) => `infra/fault/${name}.fault.test.ts`)
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { ...common, name: 'models', include: ['models/**/*.test.ts'], exclude: [...common.exclude, ...others], testTimeout: 20_000, maxWorkers: '100%', isolate: false, sequence: { groupOrder: 0 } } },
      { extends: true, test: { ...common, name: 'unit', include: ['**/*.test.ts'], exclude: [...common.exclude, ...others, 'models/**'], testTimeout: 20_000, maxWorkers: '100%', sequence: { groupOrder: 1 } } },
      { extends: true, test: { ...common, name: 'integration', include: ['**/*.integration.test.ts'], testTimeout: 90_000, hookTimeout: 90_000, maxWorkers: 4, sequence: { groupOrder: 2 } } },
      { extends: true, test: { ...common, name: 'fault', include: ['**/*.fault.test.ts'], exclude: [...common.exclude, ...wholeService], testTimeout: 300_000, hookTimeout: 120_000, maxWorkers: 2, sequence: { groupOrder: 3 } } },
      { extends: true, test: { ...common, name: 'fault-service', include: wholeService, testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false, sequence: { groupOrder: 4 } } },
      { extends: true, test: { ...common, name: 'browser', include: ['**/*.browser.test.ts'], testTimeout: 120_000, hookTimeout: 240_000, fileParallelism: false, sequence: { groupOrder: 5 } } },
    ],
  },
})
