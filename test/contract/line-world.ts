import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'

/** A call of a tool, as JSON text. */
const call = (name: string, from: number): string => JSON.stringify({ name, arguments: { from } })
const queryOf = (at: number): string => `SELECT name FROM place WHERE place.at = ${at}`
const STEPS: Readonly<Record<string, number>> = { left: -1, right: 1 }

/** A walk to a target on a line: small, but with all that reward hooks can look at. */
export const lineWorld = defineEnvironment({
  id: 'line-world@1',
  maxSteps: 12,
  action: textAction((text) => /"name":"(\w+)"/.exec(text)?.[1] ?? text),
  reset: ({ rng }) => ({ at: 0, target: rng.choice([-2, -1, 1, 2]) }),
  step({ at, target }, direction, { effect }) {
    const next = at + (STEPS[direction] ?? 0)
    const isThere = next === target
    effect('judge', { at: next, sql: queryOf(next) }, () => ({ passed: [next * target > 0, isThere] }))
    const info = { calls: 1, failed: Number(next === at), writes: Number(next !== at) }
    return {
      state: { at: next, target },
      reward: Number(isThere),
      terminated: isThere,
      isActionValid: next !== at,
      info,
    }
  },
  observe: { text: ({ at }) => `you are at ${at}` },
  actions: ({ at }) => ['left', 'right', 'sit_down'].map((name) => call(name, at)),
  grades: ({ at, target }) => ({
    progress: 1 - Math.abs(target - at) / 14,
    tests: (Number(at * target > 0) + Number(at === target)) / 2,
    agreement: 1,
    nothing: null,
  }),
  groundTruth: () => ({
    calls: [1, 0].map((from) => ({ name: 'left', arguments: { from } })),
    sql: queryOf(1),
    names: ['place', 'name', 'at'],
  }),
})
