import { defineConfig } from 'vitest/config'

/** Suites that take long, or install what they need. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    pool: 'threads',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { requireAssertions: true },
  },
})
