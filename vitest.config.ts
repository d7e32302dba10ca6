import { defineConfig } from 'vitest/config'

export default defineConfig({
  /** Modules of users and scaffolds import the package by name: here that is the sources. */
  resolve: { alias: [{ find: /^stepgym$/, replacement: new URL('core/index.ts', import.meta.url).pathname }] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/slow/**'],
    pool: 'threads',
    maxWorkers: '100%',
    testTimeout: 30_000,
  },
})
