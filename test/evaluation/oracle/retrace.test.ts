import { describe, expect, it } from 'vitest'
import type { Trajectory } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { fork } from '../../../core/episode/fork.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import { runEpisode } from '../../../core/rollout/rollout.ts'
import { pointsOfEpisode, pointsOfRecord, type RecordedEpisode } from '../../../evaluation/oracle/retrace.ts'
import { clock } from '../../support/core-worlds.ts'
import { always, doors, playedTo, spoilable, started } from './worlds.ts'

/** What a run keeps of an episode that is played now. */
async function recordOf(episode: Episode): Promise<{ record: RecordedEpisode; trajectory: Trajectory }> {
  let start: RecordedEpisode['start'] | undefined
  const log = {
    episodeStarted(given: RecordedEpisode['start']) {
      start = given
    },
    stepTaken: () => {},
    episodeEnded: () => {},
    rewardsArrived: () => {},
    groupClosed: () => {},
  }
  const settings = { trajectoryId: 't', agent: always('work'), hooks: hookSet([]), log }
  const trajectory = await runEpisode(episode, settings)
  return { record: { start: start ?? expect.unreachable(), steps: trajectory.steps }, trajectory }
}

describe('the points of a recorded episode', () => {
  it('are the states it was in, with what its agent had seen, from the reset on', async () => {
    const { record, trajectory } = await recordOf(await started(spoilable))
    const points = await pointsOfRecord((await started(spoilable)).world, record)
    expect(points.map(({ episode }) => episode.state)).toEqual(
      Array.from({ length: 9 }, (_, done) => ({ done, isSpoilt: false })),
    )
    expect(points.map(({ reward }) => reward)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, null])
    expect(points[2]?.history).toEqual([
      { observation: '0 done', action: 'work', isActionValid: true },
      { observation: '1 done', action: 'work', isActionValid: true },
    ])
    expect(points.map(({ move }) => move?.action)).toEqual([...trajectory.steps.map(({ action }) => action), undefined])
    expect(points.map(({ episode }) => episode.ending)).toEqual([...Array(8).fill(null), 'terminated'])
  })

  it('have the random stream that drew each part, and share their past with where they were forked', async () => {
    const parent = await playedTo(spoilable, ['work', 'work'])
    const child = await fork(parent)
    await child.step('spoil')
    const { record } = await recordOf(await fork(child))
    const points = await pointsOfRecord(parent.world, record)
    expect(points.map(({ episode }) => episode.lineage.forkPath)).toEqual(['', '', '0', ...Array(6).fill('0/0')])
    expect(points.map(({ episode }) => episode.lineage.key).slice(0, 2)).toEqual([
      parent.lineage.key,
      parent.lineage.key,
    ])
    expect(points[2]?.episode.lineage.key).toEqual(child.lineage.key)
    expect(points.at(-1)?.episode.state).toEqual({ done: 8, isSpoilt: true })
  })

  it('end at the limit that it was played under, independent of the limit of its past', async () => {
    const { record } = await recordOf(await started(spoilable, { maxSteps: 3 }))
    const points = await pointsOfRecord((await started(spoilable)).world, record)
    expect(points.map(({ episode }) => episode.ending)).toEqual([null, null, null, 'truncated'])
    expect(points.every(({ episode }) => episode.settings.maxSteps === 3)).toBe(true)
  })

  it('read what the outside world said, and ask it nothing', async () => {
    let reads = 0
    const environment = clock(() => reads++)
    const { record } = await recordOf(await started(environment))
    const before = reads
    const points = await pointsOfRecord((await started(environment)).world, record)
    expect(points.map(({ episode }) => episode.text())).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(reads).toBe(before + 1)
  })

  it('are those of the episode itself if it is still running', async () => {
    const episode = await playedTo(doors, ['safe'], 1)
    const points = await pointsOfEpisode(episode)
    expect(points).toHaveLength(2)
    expect(points.at(-1)?.episode.state).toEqual(episode.state)
    expect(points.at(-1)?.episode.ending).toBe(episode.ending)
    expect(points.at(-1)?.episode).not.toBe(episode)
  })
})
