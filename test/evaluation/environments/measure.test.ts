import { describe, expect, it } from 'vitest'
import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import { openWorld } from '../../../core/episode/world.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { measureEnvironment } from '../../../evaluation/environments/measure.ts'
import { environmentsPage } from '../../../evaluation/environments/report.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import rloo from '../../../rewards/advantage/rloo.ts'

/** Three doors in a row, each with a right and a wrong button; a wrong one ends the episode without a reward. */
const doors = defineEnvironment({
  id: 'three-doors@1',
  maxSteps: 5,
  action: textAction((text) => text),
  reset: () => ({ door: 0 }),
  step({ door }, button) {
    const isRight = button === 'right'
    const isDone = !isRight || door === 2
    return { state: { door: door + Number(isRight) }, reward: Number(isRight && door === 2), terminated: isDone }
  },
  observe: { text: ({ door }) => `door ${door}` },
  actions: () => ['right', 'wrong'],
})

/** Presses the wrong button at this door, as the second and the fourth member of a group. */
const pressing = (wrongAt: number): Agent => ({
  name: 'presser',
  act: ({ history, setting }) => ({
    action: history.length === wrongAt && (setting?.member ?? 0) % 2 === 1 ? 'wrong' : 'right',
  }),
})

const world = await openWorld(doors)
const settings = { groups: 3, groupSize: 4, seed: 0, estimators: [rloo, grpo, gigpo] }

describe('facts of an environment', () => {
  it('are counted over the groups of its expert, and over those of chance', async () => {
    const facts = await measureEnvironment(world, { ...settings, expert: pressing(1), random: pressing(0) })
    expect(facts).toMatchObject({ environment: 'three-doors@1', maxSteps: 5 })
    expect(facts.expert).toMatchObject({ episodes: 12, success: 0.5, meanReturn: 0.5, steps: 2.5, actions: 2 })
    expect(facts.random).toMatchObject({ episodes: 12, success: 0.5, meanReturn: 0.5, steps: 2, actions: 2 })
    expect(facts.repeated).toBe(1)
    expect(facts.degenerate).toBe(0)
  })

  it('say how far advantages are from those of the first estimator', async () => {
    const { correlations } = await measureEnvironment(world, { ...settings, expert: pressing(1), random: pressing(0) })
    expect(Object.keys(correlations)).toEqual(['grpo', 'gigpo'])
    expect(correlations.grpo).toBeCloseTo(1, 6)
    expect(correlations.gigpo).toBeGreaterThan(0.5)
    expect(correlations.gigpo).toBeLessThan(0.999)
  })

  it('have no correlation where all members of each group earned the same', async () => {
    const facts = await measureEnvironment(world, { ...settings, expert: pressing(9), random: pressing(0) })
    expect(facts.degenerate).toBe(1)
    expect(facts.correlations.grpo).toBeNull()
  })

  it('count steps at an observation of the own episode alone as new', async () => {
    const alone = { ...settings, groupSize: 1, expert: pressing(9), random: pressing(0) }
    expect((await measureEnvironment(world, alone)).repeated).toBeNull()
  })

  it('are null for an agent that cannot act, and where there is no expert', async () => {
    const helpless: Agent = {
      name: 'helpless',
      act() {
        throw new Error('it cannot')
      },
    }
    const facts = await measureEnvironment(world, { ...settings, expert: helpless, random: helpless })
    expect(facts).toMatchObject({ expert: null, random: null, repeated: null, degenerate: null })
    expect(facts.correlations).toEqual({ grpo: null, gigpo: null })
    const without = await measureEnvironment(world, { ...settings, expert: null, random: pressing(0) })
    expect(without).toMatchObject({ expert: null, repeated: null })
  })
})

describe('the page', () => {
  it('has a row for each environment, its command, and why one is not there', async () => {
    const facts = await measureEnvironment(world, { ...settings, expert: pressing(1), random: pressing(0) })
    const frame = { ...settings, estimators: ['rloo', 'grpo', 'gigpo'], command: 'npx stepgym eval environments' }
    const page = environmentsPage(
      [
        { name: 'doors', facts, problem: null },
        { name: 'broken', facts: null, problem: 'it needs a server' },
      ],
      frame,
    )
    expect(page).toMatch(/\| doors \| 5 \| 2\.5 \| 2\.0 \| 50 % \| 50 % \| 0\.50 \| 0\.50 \| 100 % \| 0 % \| [\d,]+ \|/)
    expect(page).toContain('| doors | 1.00 | 0.')
    expect(page).toContain('`npx stepgym eval environments`: 3 groups of 4')
    expect(page).toContain('- `broken`: it needs a server')
  })
})
