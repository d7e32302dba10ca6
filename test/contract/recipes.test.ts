import { describe, expect, it } from 'vitest'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import { agents, hooks, recipes } from '../../registry/index.ts'
import { applyRecipe, applyRecipeTo } from '../../rewards/shaping/apply.ts'
import { needsOf } from '../../rewards/shaping/curation.ts'
import { parseRecipe } from '../../rewards/shaping/parse.ts'
import { filtersOf } from '../../rewards/shaping/recipe.ts'
import { tokenEvidence, trajectory } from '../support/reward-samples.ts'
import { lineWorld } from './line-world.ts'

const names = recipes().names()
const written = await Promise.all(names.map((name) => recipes().load(name)))
const loaded = await Promise.all(
  hooks()
    .names()
    .map((name) => hooks().load(name)),
)

const world = await openWorld(lineWorld)
const random = await createAgent(await agents().load('random'))
/** Acts at random, with the tokens that recipes on lengths read. */
const speaking: Agent = {
  ...random,
  act: async (context) => ({ ...(await random.act(context)), evidence: tokenEvidence([-0.5, -0.25]) }),
}
const group = await rolloutGroup(
  world,
  { task: world.tasks.at('train', 0), seed: 4 },
  {
    groupId: 'g',
    size: 6,
    agent: speaking,
    hooks: hookSet(loaded),
    runKey: 'key',
  },
)

describe.each(written.map((recipe) => [recipe.name, recipe] as const))('the recipe %s', (name, json) => {
  const recipe = parseRecipe(json)

  it('is called as its file, and says what it is', () => {
    expect(names).toContain(name)
    expect(recipe.summary).toMatch(/^\S.{10,100}$/)
  })

  it('is JSON, and reads back as itself', () => {
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe)
    expect(recipe).toEqual(json)
  })

  it('asks for signals that there are', () => {
    const known = ['env', ...loaded.map((hook) => hook.name)]
    for (const { signal, gate } of recipe.terms)
      expect(known).toEqual(expect.arrayContaining([signal, gate?.signal ?? signal]))
    const { steps, outcomes } = needsOf({ filters: filtersOf(recipe), mask: recipe.mask ?? null })
    expect(known).toEqual(expect.arrayContaining([...steps, ...outcomes]))
  })

  it('combines a real group, aligned with its steps and with nothing missing', () => {
    applyRecipeTo(recipe, group.trajectories, { progress: 0.25 }).forEach(({ perStep, total, missing }, at) => {
      expect(missing).toEqual([])
      const steps = group.trajectories[at]?.steps.length
      if (perStep) expect(perStep.filter((value) => Number.isFinite(value))).toHaveLength(steps ?? 0)
      if (recipe.terms.some(({ aggregate }) => aggregate)) expect(total).toEqual(expect.any(Number))
    })
  })

  it('gives no number for a trajectory of which nothing is known', () => {
    const { total } = applyRecipe({ ...recipe, onNull: 'drop-row' }, trajectory(), { progress: 0.25 })
    expect(total).toBeNull()
  })
})
