import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import floatNoise, { equalGroups, float32Advantage } from '../../../evaluation/claims/float32-noise.ts'
import { describeWithReference } from '../../support/reference.ts'

it('finds the advantages that the reference makes of nothing: 350 of 750 groups, up to 0.64', async () => {
  const { verdict, figures } = await floatNoise.run({ effort: 'tiny' })
  const values = Object.fromEntries(figures.map(({ name, estimate }) => [name, estimate?.value]))
  expect(verdict).toBe('confirmed')
  expect(values.groups).toBe(750)
  expect(values['float32: groups above 0.01']).toBe(350)
  expect(values['float32: largest advantage']).toBeCloseTo(0.6413, 3)
  expect(values['ours: largest advantage']).toBe(0)
})

it('is exact if float32 is: powers of two', () => {
  expect(equalGroups()).toHaveLength(750)
  for (const size of [2, 3, 7, 16]) expect(float32Advantage({ value: 4, size })).toBe(0)
})

describeWithReference('the reference in float32', (folder) => {
  interface Case {
    readonly value: number
    readonly group_size: number
    readonly gigpo_step_f32: number
  }

  it('answers as the formula does, group by group', () => {
    const file = join(folder, 'vectors', 'credit', 'degenerate_equal_groups.json')
    const { cases }: { readonly cases: readonly Case[] } = JSON.parse(readFileSync(file, 'utf8'))
    expect(cases.length).toBeGreaterThan(0)
    for (const { value, group_size: size, gigpo_step_f32 } of cases)
      expect(float32Advantage({ value, size })).toBeCloseTo(gigpo_step_f32, 6)
  })
})
