import { describe, expect, it } from 'vitest'
import shopExpert from '../../agents/shop-expert.ts'
import shopNovice from '../../agents/shop-novice.ts'
import { checkAgent } from '../../core/check/agent.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../core/rollout/group.ts'
import webshop from '../../envs/webshop/index.ts'
import { FIXTURE_FOLDER } from '../support/shops.ts'

const OPTIONS: JsonObject = { catalogue: { folder: FIXTURE_FOLDER } }

async function actionsOf(agent: Agent, size: number): Promise<readonly string[]> {
  const world = await openWorld(webshop, OPTIONS)
  const settings = { groupId: 'g', size, agent, hooks: hookSet([]), runKey: 'key' }
  const [split = ''] = world.tasks.splits
  const group = await rolloutGroup(world, { task: world.tasks.at(split, 0), seed: 1 }, settings)
  return group.trajectories.map(({ steps }) => steps.map(({ action }) => JSON.stringify(action)).join(' '))
}

describe('the shop novice', () => {
  it('keeps the contract of agents', async () => {
    for await (const result of checkAgent(await createAgent(shopNovice), webshop, OPTIONS))
      expect(result).toMatchObject({ status: expect.not.stringMatching('failed') })
  })

  it('makes the members of one group differ, while those of the expert are equal', async () => {
    expect(new Set(await actionsOf(await createAgent(shopExpert), 6)).size).toBe(1)
    expect(new Set(await actionsOf(await createAgent(shopNovice), 6)).size).toBeGreaterThan(2)
  })

  it('is the expert if it never slips', async () => {
    const [expert, novice] = [await createAgent(shopExpert), await createAgent(shopNovice, { slips: 0 })]
    expect(await actionsOf(novice, 2)).toEqual(await actionsOf(expert, 2))
  })

  it('says how likely it was to do what it did', async () => {
    const [expert, novice] = [await createAgent(shopExpert), await createAgent(shopNovice, { slips: 0.5 })]
    const seen: (readonly [found: number | null, expected: number])[] = []
    const watched: Agent = {
      name: 'watched',
      async act(context) {
        const [{ action: wise }, choice] = [await expert.act(context), await novice.act(context)]
        const { action, evidence } = choice
        const listed = context.actions ?? []
        const slip = listed.filter((each) => each === action).length / listed.length / 2
        const isSound = evidence?.kind === 'categorical' && evidence.actions[evidence.index] === action
        seen.push([isSound ? evidence.logProb : null, Math.log(slip + (action === wise ? 0.5 : 0))])
        return choice
      },
    }
    await actionsOf(watched, 4)
    expect(seen.length).toBeGreaterThan(8)
    for (const [found, expected] of seen) expect(found).toBeCloseTo(expected, 12)
  })

  it.each([-0.1, 1.5])('refuses a share of %d slips', async (slips) => {
    await expect(async () => createAgent(shopNovice, { slips })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
