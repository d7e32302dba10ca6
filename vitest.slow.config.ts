import { defineConfig } from 'vitest/config'

/** Suites that take long, or install what they need, and properties of the fast suite on many more cases. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts', 'test/envs/tools/judge.test.ts'],
    env: { LONG_PROPERTIES: '1' },
    pool: 'threads',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { requireAssertions: true },
  },
})
