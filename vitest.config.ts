import { defineConfig } from 'vitest/config'

/** Three kinds of tests, told apart by the file name; each with its own time budget. No retries: a flake has failed. */
const common = { environment: 'node', retry: 0, exclude: ['**/node_modules/**', 'var/**', 'dist/**'] } as const
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { ...common, name: 'unit', include: ['**/*.test.ts'], exclude: [...common.exclude, '**/*.integration.test.ts', '**/*.browser.test.ts', '**/*.fault.test.ts'], testTimeout: 20_000 } },
      { extends: true, test: { ...common, name: 'integration', include: ['**/*.integration.test.ts'], testTimeout: 90_000, hookTimeout: 90_000 } },
      { extends: true, test: { ...common, name: 'fault', include: ['**/*.fault.test.ts'], testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false } },
      { extends: true, test: { ...common, name: 'browser', include: ['**/*.browser.test.ts'], testTimeout: 120_000, hookTimeout: 240_000, fileParallelism: false } },
    ],
  },
})
