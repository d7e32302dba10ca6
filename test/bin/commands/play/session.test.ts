import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HUMAN, PlaySession } from '../../../../bin/commands/play/session.ts'
import type { Environment } from '../../../../core/episode/environment.ts'
import { openWorld } from '../../../../core/episode/world.ts'
import { hookSet } from '../../../../core/reward/hook.ts'
import { Branches } from '../../../../core/rollout/branches.ts'
import fileDesk from '../../../../envs/file-desk.ts'
import { createRun, readRun, replayRun } from '../../../../records/index.ts'
import { dice, settingsOf } from '../../../support/core-worlds.ts'
import { newFolder } from '../../../support/folder.ts'

const play = async (environment: Environment = dice) =>
  PlaySession.start(await openWorld(environment), await settingsOf(environment), { hooks: hookSet([]), runKey: 'key' })

describe('a session of play', () => {
  it('is an episode like any other if nothing is taken back', async () => {
    const session = await play()
    for (const action of ['1', '2', '3']) await session.take(action)
    const group = await session.close()
    expect(group.sampling).toBeUndefined()
    expect(group.aborted).toMatchObject([{ id: '0.0', ending: 'aborted', endingReason: 'the player quit' }])
    expect(group.aborted[0]?.steps.map(({ action }) => action)).toEqual(['1', '2', '3'])
  })

  it('goes back to what was shown before a step, and draws again from there', async () => {
    const session = await play()
    await session.take('1')
    const before = session.observation
    const seen = new Set<string>()
    for (let i = 0; i < 12; i++) {
      await session.take('2')
      seen.add(session.observation)
      await session.undo()
      expect(session.observation).toBe(before)
      expect(session.path).toHaveLength(1)
    }
    expect(seen.size).toBeGreaterThan(2)
  })

  it('records every step once and every fork where it parted, so that all of it can be replayed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('1', '2', '3', 'no', 'undo'), { maxLength: 14 }), async (moves) => {
        const world = await openWorld(dice)
        const folder = newFolder()
        const recorder = createRun(folder, { world, agent: HUMAN, hooks: hookSet([]) })
        const { runKey } = recorder.manifest
        const settings = { hooks: hookSet([]), runKey, log: recorder }
        const session = await PlaySession.start(world, await settingsOf(dice), settings)
        const kept: string[] = []
        for (const move of moves) {
          if (move === 'undo' && kept.length > 0) {
            await session.undo()
            kept.pop()
          } else if (move !== 'undo' && session.ending === null) {
            await session.take(move)
            kept.push(move)
          }
        }
        expect(session.path.map(({ action }) => action)).toEqual(kept)
        const group = await session.close()
        recorder.close()
        const all = [...group.trajectories, ...group.aborted]
        const branches = new Branches(all)
        const last = all.find(({ id }) => id === session.id)
        if (last)
          expect(
            branches
              .stepsOf(last)
              .slice(0, kept.length)
              .map(({ action }) => action),
          ).toEqual(kept)
        const taken = moves.filter((move) => move !== 'undo').length
        expect(all.reduce((sum, { steps }) => sum + steps.length, 0)).toBeLessThanOrEqual(taken)
        for await (const { divergence } of replayRun(world, readRun(folder))) expect(divergence).toBeNull()
      }),
      { numRuns: 40 },
    )
  })

  it('takes back a step that ended the episode, and keeps the ended one', async () => {
    const session = await play()
    await session.take('200')
    expect(session.ending).toBe('terminated')
    await session.undo()
    expect(session.ending).toBeNull()
    await session.take('1')
    const { trajectories, aborted, sampling } = await session.close()
    expect(trajectories).toMatchObject([{ id: '0.0', ending: 'terminated' }])
    expect(aborted).toMatchObject([{ id: '0.1', forkedFrom: { trajectoryId: '0.0', index: 0 } }])
    expect(sampling).toMatchObject({ mode: 'play', steps: 2, chosenId: '0.0' })
  })

  it('drives an outside session again to take a step back', async () => {
    const session = await play(fileDesk)
    await session.take('list')
    const before = session.observation
    await session.take('write total.txt 12')
    await session.undo()
    expect(session.observation).toBe(before)
    await session.take('read total.txt')
    expect(session.observation).toContain('there is no total.txt')
    await session.close()
  })

  it('refuses to take back what was never done, and what an environment without forks did; nothing changes', async () => {
    const session = await play({ ...dice, fork: 'none' })
    await expect(session.undo()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await session.take('1')
    const { observation, id } = session
    await expect(session.undo()).rejects.toMatchObject({ code: 'FORK_UNSUPPORTED' })
    expect(session).toMatchObject({ observation, id, ending: null })
    await session.take('2')
    expect(session.path).toHaveLength(2)
  })

  it('ends as aborted if the environment fails, and refuses what comes after', async () => {
    const session = await play()
    expect(await session.take('666')).toBeNull()
    expect(session).toMatchObject({ hasFailed: true, ending: 'aborted' })
    expect(session.endingReason).toMatch(/^ENV_FAILED: /)
    await expect(session.take('1')).rejects.toMatchObject({ code: 'EPISODE_ENDED' })
    expect((await session.close()).aborted).toHaveLength(1)
  })
})
