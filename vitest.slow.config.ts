import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Fast tests that try only a share of their cases: here they try all. */
const withMoreCases = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file))
  .filter((file) => readFileSync(file, 'utf8').includes('support/long.ts'))

/** Suites that take long, or install what they need, and all cases of fast tests that try a share of them. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts', ...withMoreCases],
    env: { LONG_PROPERTIES: '1' },
    setupFiles: 'test/support/setup.ts',
    globalSetup: 'test/support/global-setup.ts',
    pool: 'threads',
    /** Most of their time is waiting, for processes and for installers. */
    maxWorkers: 2,
    server: { deps: { external: [/\/\.compiled\//] } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { requireAssertions: true },
  },
})
