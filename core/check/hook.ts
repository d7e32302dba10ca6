import { canonicalJson } from '../data/hash.ts'
import { seal } from '../data/plain.ts'
import type { Group, JsonObject, Reward, Step, Trajectory } from '../data/types.ts'
import type { Environment } from '../episode/environment.ts'
import { openWorld, type World } from '../episode/world.ts'
import {
  type GroupHook,
  hookSet,
  type OutcomeHook,
  type ProcessHook,
  type RewardHook,
  type TurnContext,
  type TurnHook,
} from '../reward/hook.ts'
import type { Agent } from '../rollout/agent.ts'
import { rolloutGroup } from '../rollout/group.ts'
import { taskSettings } from './drive.ts'
import { type CheckResult, type CheckSettings, checkRules, expect, NotApplicable, type Rule } from './report.ts'

interface Subject {
  readonly hook: RewardHook
  readonly world: World
}

/**
 * The contract of reward hooks, as rules, over groups of random episodes in an environment of the caller's choice.
 * Yields one result a rule; never throws for a broken rule.
 */
export async function* checkHook(
  hook: RewardHook,
  environment: Environment,
  options: JsonObject = {},
  settings: CheckSettings = {},
): AsyncGenerator<CheckResult> {
  yield* checkRules(RULES, { hook, world: await openWorld(environment, options) }, settings)
}

const RULES: readonly Rule<Subject>[] = [
  { rule: 'judges in time, with finite numbers or null', check: checkJudgements },
  { rule: 'is a function of its input: called again, it judges the same', check: checkFunction },
  { rule: 'does not change its input', check: checkUntouched },
  { rule: 'accepts steps that the environment did not judge: a null is not a number', check: checkNulls },
]

async function checkJudgements({ hook, world }: Subject): Promise<string> {
  const rewards = await judgementsOf(hook, world)
  expectSound(rewards)
  const values = rewards.flatMap(({ value }) => (value === null ? [] : [value]))
  if (values.length === 0)
    throw new NotApplicable(`it declined all ${rewards.length} judgements: check it in an environment that it is for`)
  return `${values.length} of ${rewards.length} judged, from ${Math.min(...values)} to ${Math.max(...values)}`
}

async function checkFunction({ hook, world }: Subject): Promise<undefined> {
  const [first, second] = [await judgementsOf(hook, world), await judgementsOf(hook, world)]
  expect(valuesOf(first) === valuesOf(second), () => `it judged ${valuesOf(first)}, then ${valuesOf(second)}`)
}

async function checkUntouched({ hook, world }: Subject): Promise<undefined> {
  expectSound(
    await judgementsOf(
      watched(hook, (step) => step),
      world,
    ),
  )
}

async function checkNulls({ hook, world }: Subject): Promise<undefined> {
  expectSound(await judgementsOf(watched(hook, unjudged), world))
}

function expectSound(rewards: readonly Reward[]): void {
  const bad = rewards.find((reward) => reward.value === null && reward.reason !== 'declined')
  expect(bad === undefined, () => `a judgement failed: ${bad && 'reason' in bad ? `${bad.reason}: ${bad.detail}` : ''}`)
}

const valuesOf = (rewards: readonly Reward[]): string => canonicalJson(rewards.map(({ value }) => value))

/** What a hook says of groups of two random episodes. */
async function judgementsOf(hook: RewardHook, world: World): Promise<readonly Reward[]> {
  const rewards: Reward[] = []
  for (const seed of [1, 2, 3]) {
    const settings = { groupId: `check-${seed}`, size: 2, agent: RANDOM, hooks: hookSet([hook]), runKey: 'check' }
    const { trajectories } = await rolloutGroup(world, taskSettings(world, seed, { maxSteps: 12 }), settings)
    const vectors = trajectories.flatMap(({ steps, rewards: whole }) => [...steps.map((step) => step.rewards), whole])
    rewards.push(...vectors.flat().filter(({ name }) => name === hook.name))
  }
  return rewards
}

/** Takes what is listed at random, and says how likely that was: process hooks want evidence. */
const RANDOM: Agent = {
  name: 'check',
  act({ actions, rng }) {
    const choices = actions ?? []
    if (choices.length === 0) return { action: null }
    const index = rng.int(0, choices.length - 1)
    const sampling = { policyId: 'check', policyVersion: '1', temperature: 1, topP: 1 }
    const evidence = { kind: 'categorical', actions: choices, index, logProb: 0 - Math.log(choices.length) } as const
    return { action: choices[index] ?? null, evidence: { ...evidence, ...sampling } }
  },
}

/** Frozen copies of what hooks are given, whose steps are changed. */
function copiesBy(change: (step: Step) => Step) {
  const all = (steps: readonly Step[]): readonly Step[] => seal(steps.map((step) => structuredClone(change(step))))
  const ofTrajectory = (trajectory: Trajectory): Trajectory =>
    seal({ ...structuredClone(trajectory), steps: all(trajectory.steps) })
  const ofTurn = ({ history, options, signal, ...sources }: TurnContext): TurnContext => ({
    history: all(history),
    options,
    signal,
    ...sources,
  })
  const ofGroup = (group: Group): Group =>
    seal({ ...structuredClone(group), trajectories: group.trajectories.map(ofTrajectory) })
  return { all, ofTrajectory, ofTurn, ofGroup }
}

/** The hook, given such copies. */
function watched(hook: RewardHook, change: (step: Step) => Step): RewardHook {
  const { all, ofTrajectory, ofTurn, ofGroup } = copiesBy(change)
  switch (hook.scope) {
    case 'turn': {
      const reward: TurnHook['reward'] = (step, context) => hook.reward(all([step])[0] ?? step, ofTurn(context))
      return { ...hook, reward }
    }
    case 'outcome': {
      const reward: OutcomeHook['reward'] = (trajectory, context) => hook.reward(ofTrajectory(trajectory), context)
      return { ...hook, reward }
    }
    case 'process': {
      const reward: ProcessHook['reward'] = (steps, context) => hook.reward(all(steps), context)
      return { ...hook, reward }
    }
    case 'group': {
      const reward: GroupHook['reward'] = (group, context) => hook.reward(ofGroup(group), context)
      return { ...hook, reward }
    }
  }
}

const unjudged = (step: Step): Step => ({
  ...step,
  rewards: step.rewards.map((reward) =>
    reward.name === 'env' ? { ...reward, value: null, reason: 'not-judged' } : reward,
  ),
})
