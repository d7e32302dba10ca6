import type { Executor } from './compare.ts'
import { runOnce } from './run.ts'
import type { Setting } from './setting.ts'
import { warmStart } from './warm-start.ts'

/** Runs one after the other, in this thread. */
export const inProcess = (setting: Setting): Executor => ({
  lanes: 1,
  start: (seed) => warmStart(setting, seed),
  run: (key, start) => runOnce(setting, key, start),
})
