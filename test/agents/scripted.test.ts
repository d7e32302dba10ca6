import { describe, expect, it } from 'vitest'
import scripted from '../../agents/scripted.ts'
import type { JsonObject, Trajectory } from '../../core/data/types.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import guessNumber from '../../envs/guess-number.ts'

async function play(options: JsonObject): Promise<Trajectory> {
  const world = await openWorld(guessNumber)
  const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
  const agent = await createAgent(scripted, options)
  return runEpisode(episode, { trajectoryId: 't', agent, hooks: hookSet([]) })
}

const actionsOf = ({ steps }: Trajectory): readonly unknown[] => steps.map(({ action }) => action)

describe('the scripted agent', () => {
  it('plays its actions in order and then fails, which aborts the episode', async () => {
    const played = await play({ actions: ['0', 'what?', '0'] })
    expect(actionsOf(played)).toEqual(['0', 'what?', '0'])
    expect(played.ending).toBe('aborted')
    expect(played.endingReason).toContain('AGENT_FAILED: the script has only 3 actions')
  })

  it('starts again if `repeat` is set', async () => {
    const played = await play({ actions: ['0', '-1'], repeat: true })
    expect(actionsOf(played)).toEqual(['0', '-1', '0', '-1', '0', '-1', '0', '-1'])
    expect(played.ending).toBe('truncated')
  })

  it('refuses to play nothing', async () => {
    await expect(async () => createAgent(scripted)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
