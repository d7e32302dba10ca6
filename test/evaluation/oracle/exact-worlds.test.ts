import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../core/data/hash.ts'
import { expectSync } from '../../../core/data/maybe-promise.ts'
import type { Task } from '../../../core/data/types.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld, type World } from '../../../core/episode/world.ts'
import { type Policy, policyAgent } from '../../../core/rollout/policy.ts'
import { type BenchWorld, worlds } from '../../../evaluation/creditbench/world.ts'
import { advisedPolicy } from '../../../evaluation/exact/advised-policy.ts'
import { enumerate } from '../../../evaluation/exact/enumerate.ts'
import type { ExactModel } from '../../../evaluation/exact/model.ts'
import { tableOf } from '../../../evaluation/exact/policy-table.ts'
import { type ExactValues, valuesOf } from '../../../evaluation/exact/values.ts'
import type { ReturnRange } from '../../../evaluation/oracle/interval.ts'
import { playOut } from '../../../evaluation/oracle/play-out.ts'
import type { Point } from '../../../evaluation/oracle/point.ts'
import { pointsOfEpisode } from '../../../evaluation/oracle/retrace.ts'
import { stepValues } from '../../../evaluation/oracle/step-values.ts'
import { environments } from '../../../registry/index.ts'
import { share } from '../../support/long.ts'
import { Coverage, type Truth } from './coverage.ts'

/** A task of a world whose values are known, with a policy that sometimes solves it. */
interface Solved {
  readonly world: World
  readonly task: Task
  readonly model: ExactModel
  readonly policy: Policy
  readonly exact: ExactValues
  readonly range: ReturnRange
}

async function solved(bench: BenchWorld): Promise<Solved> {
  const world = await openWorld(await environments().load(bench.environment), bench.options ?? {})
  const task = world.tasks.at(bench.split ?? 'train', 0)
  const model = enumerate(startOf({ world, task }, 0))
  const { policy } = advisedPolicy([model], { target: 0.4 })
  return { world, task, model, policy, exact: valuesOf(model, tableOf(model, policy)), range: rangeOf(model) }
}

const startOf = ({ world, task }: Pick<Solved, 'world' | 'task'>, member: number): Episode =>
  expectSync(startEpisode(world, { task, seed: 0, member, maxSteps: 20 }))

/** Points of an episode that the policy played. */
async function played(solved: Solved, member: number): Promise<readonly Point[]> {
  const episode = startOf(solved, member)
  expectSync(playOut(episode, { agent: policyAgent(solved.policy), history: [] }))
  return (await pointsOfEpisode(episode)).slice(0, -1)
}

/** No return is outside what the rewards of every step allow. */
function rangeOf({ outcomeReward, maxSteps }: ExactModel): ReturnRange {
  const [least, most] = [Math.min(0, ...outcomeReward), Math.max(0, ...outcomeReward)]
  return least === 0 && most <= 1 ? { low: 0, high: 1 } : { low: least * maxSteps, high: most * maxSteps }
}

/** What is true of a step: its state, found by its text, with so many steps taken. */
function truthOf({ model, exact }: Solved, { episode, move }: Point): Truth {
  const { ids, texts } = model.anchors.get('state') ?? expect.unreachable()
  const id = texts.indexOf(canonicalJson(episode.state))
  const starts = model.choiceStarts
  const state = ids.findIndex((each, at) => each === id && (starts[at + 1] ?? 0) > (starts[at] ?? 0))
  const actions = [...model.actionOf.subarray(starts[state], starts[state + 1])].map((each) => model.actions[each])
  const choice = (starts[state] ?? 0) + actions.indexOf(move?.action)
  return {
    value: exact.states[episode.index]?.[state] ?? Number.NaN,
    actionValue: exact.choices[episode.index]?.[choice] ?? Number.NaN,
  }
}

/** Steps of each world that are valued, at each rate. */
const COUNT = share(30, 200)

const names = worlds().names()

describe('intervals in worlds that can be solved', () => {
  it('are tried in every one of them', () => {
    expect(names).toEqual(expect.arrayContaining(['corridor', 'key-door', 'slippery', 'sokoban']))
  })

  it.each(names)('hold the exact values of the steps of %s at the stated rate', async (name) => {
    const own = await solved(await worlds().load(name))
    const agent = policyAgent(own.policy)
    for (const confidence of [0.95, 0.8]) {
      const coverage = new Coverage()
      for (let member = 0; coverage.count < COUNT; member++)
        for (const point of await played(own, member)) {
          const streams = member % 2 === 0 ? 'common' : 'independent'
          const given = { agent, forks: 6, confidence, streams, range: own.range } as const
          coverage.add(await stepValues(point, given), truthOf(own, point))
        }
      coverage.expectRate(confidence, COUNT)
    }
  })
})
