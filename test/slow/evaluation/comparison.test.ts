import { beforeAll, describe, expect, it } from 'vitest'
import { compare } from '../../../evaluation/comparison/compare.ts'
import { inProcess } from '../../../evaluation/comparison/in-process.ts'
import { methodNamed, PRESETS } from '../../../evaluation/comparison/presets.ts'
import { openSetting } from '../../../evaluation/comparison/setting.ts'
import { memoryStore } from '../../../evaluation/comparison/store.ts'
import { type MethodSummary, paired, summaryOf } from '../../../evaluation/comparison/summary.ts'

/** The quick comparison with few seeds and one rate: a regression test of the training. */
const { methodNames: _, ...quick } = PRESETS.quick
const SETTINGS = { rates: [0.02], seeds: [1, 2, 3] }

let methods: readonly MethodSummary[]
const named = (label: string): MethodSummary => {
  const found = methods.find((method) => method.label === label)
  if (!found) throw new Error(`${label} was not compared`)
  return found
}

beforeAll(async () => {
  const names = ['oracle', 'crbc', 'rloo', 'random-reward']
  const plan = { ...quick, ...SETTINGS, methods: await Promise.all(names.map((name) => methodNamed(name))) }
  const { reported } = await compare(plan, inProcess(await openSetting(plan)), memoryStore())
  methods = summaryOf(plan, reported)
}, 900_000)

describe('training on the miniature shop', () => {
  it('learns more from exact advantages than from RLOO, on every seed', () => {
    for (const { seed, area } of named('oracle').runs)
      expect(area).toBeGreaterThan(named('rloo').runs.find((run) => run.seed === seed)?.area ?? Number.NaN)
    expect(paired(named('oracle'), named('rloo')).difference?.value).toBeGreaterThan(0.05)
  })

  it('learns more from comparisons at equal anchors than from outcomes alone', () => {
    expect(paired(named('crbc'), named('rloo')).difference?.value).toBeGreaterThan(0.03)
  })

  it('learns nothing from coin flips', () => {
    expect(named('random-reward').area?.value).toBeLessThan(0.1)
  })
})
