import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  /** Modules of users and scaffolds import the package by name: here that is the sources. */
  resolve: { alias: [{ find: /^stepgym$/, replacement: new URL('core/index.ts', import.meta.url).pathname }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**'],
    setupFiles: 'test/support/setup.ts',
    globalSetup: 'test/support/global-setup.ts',
    /** A thread of Node.js 20 may never end on a busy machine; a process can be killed. */
    pool: 'forks',
    /** Test files share the modules of a worker: `setup.ts` closes what each test opened. */
    isolate: false,
    server: { deps: { external: [/\/\.compiled\//] } },
    /** Half of the time of the longest test files is waiting, for processes and for clocks. */
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    /** Ends what hangs, and nothing on a busy machine. */
    testTimeout: 120_000,
    hookTimeout: 120_000,
    /** Tests of memory leave out what counters of coverage would add to. */
    env: { COVERAGE: process.argv.includes('--coverage') ? '1' : '' },
    /** A test without an assertion has shown nothing: it fails. */
    expect: { requireAssertions: true },
    /** Floors are just under what a run without reference data measures. */
    coverage: {
      provider: 'v8',
      include: ['core/**/*.ts', 'rewards/**/*.ts'],
      exclude: ['test/**'],
      reporter: ['text-summary', 'json-summary'],
      reportOnFailure: true,
      thresholds: {
        'core/**': { lines: 97, branches: 90, functions: 95, statements: 97 },
        'rewards/**': { lines: 95, branches: 74, functions: 94, statements: 94 },
      },
    },
  },
})
