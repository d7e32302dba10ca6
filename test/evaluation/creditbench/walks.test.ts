import { describe, expect, it } from 'vitest'
import { Rng } from '../../../core/data/rng.ts'
import { noisyRewards, returnsOf } from '../../../evaluation/creditbench/noise.ts'
import { gainsOf } from '../../../evaluation/creditbench/planted.ts'
import { samplesOf } from '../../../evaluation/creditbench/sample.ts'
import { type Walks, walk, worstChoice } from '../../../evaluation/creditbench/walks.ts'
import { observationsOf } from '../../../evaluation/exact/model.ts'
import { startOf } from '../../support/exact-worlds.ts'
import { corridor, corridorBed, slipperyBed } from './beds.ts'

const rngOf = (step: number): Rng => new Rng({ word0: 5, word1: 6 }, step)

describe('sampled walks', () => {
  it('are what the environment itself does with the same actions', async () => {
    const bed = await corridorBed()
    const walks = walk(bed, { groupSize: 20 }, rngOf(0))
    for (let t = 0; t < walks.taskOf.length; t++) {
      const { model } = bed.tasks[walks.taskOf[t] ?? 0] ?? {}
      const episode = await startOf(corridor())
      for (let row = walks.starts[t] ?? 0; model && row < (walks.starts[t + 1] ?? 0); row++) {
        const { ids, texts } = observationsOf(model)
        expect(episode.text()).toBe(texts[ids[walks.state[row] ?? 0] ?? 0])
        const { reward } = await episode.step(model.actions[model.actionOf[walks.choice[row] ?? 0] ?? 0])
        expect(reward).toBe(walks.reward[row])
        expect(episode.text()).toBe(texts[ids[walks.next[row] ?? 0] ?? 0])
      }
      expect(episode.ending).toBe(walks.isTruncated[t] ? 'truncated' : 'terminated')
    }
  })

  it('earn on average what the exact value says, in a world of chance too', async () => {
    const bed = await slipperyBed()
    const earned = returnsOf(walk(bed, { groupSize: 4000 }, rngOf(1)))
    const mean = earned.reduce((a, b) => a + b, 0) / earned.length
    expect(Math.abs(mean - bed.value)).toBeLessThan((3 * 0.5) / Math.sqrt(earned.length))
  })

  it('are the same for the same seed, and others for another', async () => {
    const bed = await slipperyBed()
    const of = (seed: number) => samplesOf(bed, { batches: 2, seed }).map(({ walks }) => [...walks.choice])
    expect(of(3)).toEqual(of(3))
    expect(of(3)).not.toEqual(of(4))
  })

  it('make one mistake if mistakes are planted, the worst there is', async () => {
    const bed = await corridorBed()
    const walks = walk(bed, { groupSize: 200, mistakes: 1 }, rngOf(2))
    const perTrajectory = new Map<number, number>()
    let [row, planted] = [0, 0]
    for (let t = 0; t < walks.taskOf.length; t++)
      for (row = walks.starts[t] ?? 0; row < (walks.starts[t + 1] ?? 0); row++) {
        if (!walks.isPlanted[row]) continue
        planted++
        perTrajectory.set(t, (perTrajectory.get(t) ?? 0) + 1)
        const task = bed.tasks[walks.taskOf[t] ?? 0]
        expect(task && worstChoice(task, walks.state[row] ?? 0, row - (walks.starts[t] ?? 0))).toBe(walks.choice[row])
      }
    expect(planted).toBeGreaterThan(100)
    expect([...perTrajectory.values()].every((count) => count === 1)).toBe(true)
  })
})

describe('columns of a sample', () => {
  it('hold what the policy records of its choices: log-probabilities and sums of squares', async () => {
    const bed = await slipperyBed()
    const [sample] = samplesOf(bed, { batches: 1 })
    if (!sample) throw new Error('no sample')
    const { batch, walks } = sample
    for (let row = 0; row < batch.rowCount; row++) {
      const { model, table } = bed.tasks[batch.groupOf[row] ?? 0] ?? {}
      if (!model || !table) throw new Error('no task')
      const [from, to] = [0, 1].map((next) => model.choiceStarts[(walks.state[row] ?? 0) + next])
      const distribution = [...table.subarray(from, to)]
      expect(distribution.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12)
      expect(batch.tokens?.logProbs?.values[row]).toBe(Math.log(table[walks.choice[row] ?? 0] ?? 0))
      const squares = distribution.reduce((sum, each) => sum + each * each, 0)
      expect(batch.signals.get('sum-pi-squared')?.perToken?.values[row]).toBeCloseTo(squares, 12)
    }
  })

  it('hold gains that add up to what an episode gained in all', async () => {
    const [sample] = samplesOf(await slipperyBed(), { batches: 1 })
    if (!sample) throw new Error('no sample')
    const { starts, taskOf } = sample.walks
    const gains = gainsOf(sample.walks, sample.values)
    for (let t = 0; t < taskOf.length; t++) {
      const [from, last] = [starts[t] ?? 0, (starts[t + 1] ?? 0) - 1]
      const gained = gains.subarray(from, last).reduce((sum, each) => sum + each, 0)
      expect(gained).toBeCloseTo((sample.values[last] ?? 0) - (sample.values[from] ?? 0), 12)
      expect(gains[last]).toBe(0)
    }
  })
})

describe('reward noise', () => {
  const returnsUnder = (walks: Walks, noise: Parameters<typeof noisyRewards>[1]) =>
    returnsOf({ starts: walks.starts, reward: noisyRewards(walks, noise, rngOf(9)) })

  it('flips, inverts, redraws, or leaves alone what episodes earned', async () => {
    const walks = walk(await corridorBed(), { groupSize: 1000 }, rngOf(3))
    const earned = returnsOf(walks)
    expect(returnsUnder(walks, { kind: 'none' })).toEqual(earned)
    expect(returnsUnder(walks, { kind: 'inverted' })).toEqual(earned.map((each) => 1 - each))
    const flipped = returnsUnder(walks, { kind: 'flipped', chance: 0.2 }).filter(
      (each, at) => each !== earned[at],
    ).length
    expect(Math.abs(flipped / earned.length - 0.2)).toBeLessThan(0.04)
    const random = returnsUnder(walks, { kind: 'random' })
    const meanOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length
    expect(Math.abs(meanOf(random) - meanOf(earned))).toBeLessThan(0.05)
    expect(random).not.toEqual(earned)
  })
})
