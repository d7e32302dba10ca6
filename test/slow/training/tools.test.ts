import { describe, expect, it } from 'vitest'
import { openWorld } from '../../../core/episode/world.ts'
import retail from '../../../envs/tools/retail/index.ts'
import { type CandidatePlay, playWithCandidates } from '../../support/candidate-play.ts'
import { runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

/** Milliseconds that end what hangs: a training takes two minutes, and many more where others work. */
const PATIENCE = 3_600_000

const TASKS = 60
/** Share of successes that the trained policy has on held-out tasks above the one that imitates. */
const MARGIN = 0.1

describe('a policy that talks to a user and calls tools', { timeout: PATIENCE }, () => {
  it('has candidates for most steps of the solver, with which the tasks are solved', async () => {
    const world = await openWorld(retail)
    const plays: CandidatePlay[] = []
    for (let at = 0; at < TASKS; at++) plays.push(await playWithCandidates(world, world.tasks.at('train', at)))
    const sum = (of: (play: CandidatePlay) => number): number => plays.reduce((all, each) => all + of(each), 0)
    const coverage = sum(({ matched }) => matched) / sum(({ actions }) => actions)
    const solved = sum(({ reward }) => reward) / TASKS
    const sizes = plays.flatMap((play) => play.sizes)
    const mean = sizes.reduce((all, size) => all + size, 0) / sizes.length
    console.info(`coverage ${coverage.toFixed(3)}, solved ${solved.toFixed(3)}, ${mean.toFixed(1)} candidates a step`)
    expect(coverage).toBeGreaterThan(0.85)
    expect(solved).toBeGreaterThan(0.9)
  })

  it.each(['rloo', 'gigpo'])('is better than what it imitated by %s', async (estimator) => {
    const args = ['train', '--env', 'tools/retail', '--estimator', estimator, '--seed', '0', '--quick', '--out', 'out']
    const { json } = await runJson(args, { folder: newFolder() })
    expect(json.trained.success).toBeGreaterThan(json.untrained.success + MARGIN)
  })
})
