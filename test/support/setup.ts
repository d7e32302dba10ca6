import fc from 'fast-check'
import { afterEach, vi } from 'vitest'
import { closeAll } from './cleanup.ts'

/**
 * Seed of all properties: the same cases in every run, so that a failure is due to the change under test. Set `TEST_SEED`
 * to another integer, or to `random`, to look for failures among other cases.
 */
const { TEST_SEED = '20261130' } = process.env
if (TEST_SEED !== 'random') fc.configureGlobal({ seed: Number(TEST_SEED) })

// Runs for every test file, also where files share their modules. What is closed may wait for time to pass.
afterEach(() => {
  vi.useRealTimers()
  return closeAll()
})
