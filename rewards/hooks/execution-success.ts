import { defineRewardHook } from '../../core/reward/hook.ts'

/**
 * The share of a step's tool calls that ran without an error, 0 to 1. Declines where the environment does not count
 * calls (`info.calls` and `info.failed`), as in a step that made none.
 */
export default defineRewardHook({
  name: 'execution-success',
  version: 1,
  scope: 'turn',
  summary: "share of a step's tool calls that ran without an error",
  reward({ info: { calls, failed } }) {
    return isCount(calls) && isCount(failed) && calls > 0 && failed <= calls ? 1 - failed / calls : null
  },
})

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
