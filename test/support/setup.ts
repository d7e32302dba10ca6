import { afterEach, vi } from 'vitest'
import { closeAll } from './cleanup.ts'

// Runs for every test file, also where files share their modules. What is closed may wait for time to pass.
afterEach(() => {
  vi.useRealTimers()
  return closeAll()
})
