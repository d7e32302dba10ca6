import fc from 'fast-check'
import type { Anchors, Effect, Evidence, Group, Json, Reward, Step, Trajectory } from '../../core/data/types.ts'
import type { EpisodeStart, LateReward, RunLog } from '../../core/rollout/log.ts'

/** Text with what breaks naive formats: quotes, newlines, half a surrogate pair, other scripts. */
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('', '\n', '"', '\\', '\u2028', '\ud800', '__proto__', 'früh 早い 🐢'),
)
/** JSON as it is after a trip through text: without -0. */
const json: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value))),
  fc.constantFrom<Json>(JSON.parse('{"__proto__": {"polluted": true}}'), JSON.parse('{"constructor": 1, "a": null}')),
)
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))
const logProb = fc.oneof(number, fc.constant(Number.NEGATIVE_INFINITY))
const tokens = fc.array(fc.nat(50_000), { maxLength: 6 })

/** An object as every other: fast-check's own have no prototype. */
const plain = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })

const record = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Readonly<Record<string, T>>> =>
  fc.array(fc.tuple(text, value), { maxLength: 3 }).map((entries) => Object.fromEntries(entries))

const sampling = {
  policyId: text,
  policyVersion: text,
  temperature: number,
  topP: number,
}
const evidence: fc.Arbitrary<Evidence> = fc.oneof(
  plain({
    ...{ kind: fc.constant('categorical' as const), ...sampling, tokenizerId: text },
    ...{ actions: fc.array(json, { maxLength: 3 }), index: fc.nat(3), logProb, logProbs: fc.array(logProb) },
  }),
  plain({
    ...{ kind: fc.constant('categorical' as const), ...sampling },
    ...{ actions: fc.array(json, { maxLength: 3 }), index: fc.nat(3), logProb },
  }),
  plain({
    ...{ kind: fc.constant('token' as const), ...sampling, promptTokenIds: tokens, actionTokenIds: tokens },
    ...{ logProbs: fc.array(logProb), finishReason: text },
  }),
)

const model = plain({ version: text, logProb: number, referenceLogProb: number })

export const reward: fc.Arbitrary<Reward> = fc.oneof(
  plain({ name: text, version: fc.nat(), latencyMs: number, value: number }),
  plain({ name: text, version: fc.nat(), latencyMs: number, value: number, perToken: fc.array(logProb) }),
  plain({ name: text, version: fc.nat(), latencyMs: number, value: number, note: record(json) }),
  plain({ name: text, version: fc.nat(), latencyMs: number, value: number, model }),
  plain({
    name: text,
    version: fc.nat(),
    latencyMs: number,
    value: fc.constant(null),
    reason: fc.constant('threw'),
  }),
  plain({
    ...{ name: text, version: fc.nat(), latencyMs: number, value: fc.constant(null) },
    ...{ reason: fc.constant('lapsed' as const), detail: text },
  }),
)

const effect: fc.Arbitrary<Effect> = fc.oneof(
  plain({ name: text, input: json, output: json }),
  plain({ name: text, input: json, error: text }),
)
const effects = fc.array(effect, { maxLength: 2 })
const refused = plain({ code: fc.constantFrom('ACTION_INVALID', 'ACTION_TOO_LARGE'), problem: text })
const move = fc.oneof(
  plain({ action: json, forkPath: text, effects }),
  plain({ action: json, forkPath: text, effects, refused }),
)

interface View {
  readonly observation: string
  readonly anchors: Anchors
}
const view: fc.Arbitrary<View> = fc.tuple(text, record(text), fc.boolean()).map(([observation, anchors, isUsual]) => ({
  observation,
  anchors: isUsual ? { ...anchors, text: observation } : anchors,
}))

const seed = fc.oneof(fc.nat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER, '9007199254740993', '18446744073709551615'))

const start = (trajectoryId: string, groupId: string | null): fc.Arbitrary<EpisodeStart> =>
  plain({
    ...{ agent: text, taskId: text, split: text, seed, member: fc.nat(9), forkPath: text, maxSteps: fc.nat() },
    ...{ view, resetEffects: effects, past: fc.array(move, { maxLength: 2 }) },
    ...{ serving: fc.option(record(json)) },
  }).map(({ view, serving, ...rest }) => ({
    ...rest,
    ...view,
    ...(serving && { serving }),
    environment: 'walk@1',
    trajectoryId,
    groupId,
  }))

const bare = plain({
  ...{ move, view, next: view, rewards: fc.array(reward, { maxLength: 3 }), info: record(json) },
  ...{ evidence: fc.option(evidence), isActionValid: fc.boolean(), terminated: fc.boolean(), truncated: fc.boolean() },
  /** Whether it starts from where the step before led, as in every rollout. */
  ...{ isUsual: fc.boolean(), isUnchanged: fc.boolean() },
})
type Bare = typeof bare extends fc.Arbitrary<infer T> ? T : never

function stepsOf(start: EpisodeStart, drafts: readonly Bare[]): readonly Step[] {
  let from: View = start
  return drafts.map(({ move, view, next, isUsual, isUnchanged, evidence, ...rest }, i) => {
    const { observation, anchors } = isUsual ? from : view
    from = isUnchanged ? { observation, anchors } : next
    const led = { nextObservation: from.observation, nextAnchors: from.anchors }
    const step = { trajectoryId: start.trajectoryId, index: start.past.length + i, observation, anchors, ...led }
    return { ...rest, ...move, ...step, ...(evidence && { evidence }) }
  })
}

/** One trajectory as a rollout would have logged it, and the late rewards that followed. */
export interface Story {
  readonly start: EpisodeStart
  readonly steps: readonly Step[]
  /** Null where the process died before. */
  readonly end: Pick<Trajectory, 'ending' | 'endingReason' | 'rewards'> | null
  readonly late: readonly LateReward[]
}

const end = plain({
  ending: fc.constantFrom('terminated' as const, 'truncated' as const, 'aborted' as const),
  endingReason: fc.option(text),
  rewards: fc.array(reward, { maxLength: 2 }),
})

export const story = (trajectoryId: string, groupId: string | null): fc.Arbitrary<Story> =>
  plain({
    start: start(trajectoryId, groupId),
    drafts: fc.array(bare, { maxLength: 4 }),
    end: groupId === null ? fc.option(end) : end,
    late: fc.array(fc.tuple(fc.nat(), reward), { maxLength: 3 }),
  }).map(({ start, drafts, end, late }) => {
    const steps = stepsOf(start, drafts)
    const at = (position: number): number | null =>
      position % (steps.length + 1) === steps.length ? null : (steps[position % (steps.length + 1)]?.index ?? null)
    return {
      ...{ start, steps, end },
      late: late.map(([position, reward]) => ({ trajectoryId, index: at(position), reward })),
    }
  })

/** One trajectory for itself and two of a group. */
export const stories = fc.tuple(story('a', null), story('b', 'g'), story('c', 'g'))

/** What a reader should make of a story; `isLate` says whether its late rewards have come. */
export function trajectoryOf({ start, steps, end, late }: Story, isLate: boolean): Trajectory {
  const { trajectoryId: id, groupId, environment, taskId, seed, member, forkPath } = start
  const { ending, endingReason, rewards } = end ?? { ending: 'aborted', endingReason: 'not finished', rewards: [] }
  const joined = (given: readonly Reward[], index: number | null): readonly Reward[] =>
    isLate ? [...given, ...late.filter((item) => item.index === index).map((item) => item.reward)] : given
  const judged = steps.map((step) => ({ ...step, rewards: joined(step.rewards, step.index) }))
  const origin = { environment, taskId, seed, member, forkPath }
  return { id, groupId, ...origin, steps: judged, ending, endingReason, rewards: joined(rewards, null) }
}

export const groupOf = (id: string, stories: readonly Story[], isLate: boolean): Group => {
  const all = stories.map((each) => trajectoryOf(each, isLate))
  return {
    ...{ id, environment: 'walk@1', taskId: 'short', startTag: 'tag' },
    trajectories: all.filter(({ ending }) => ending !== 'aborted'),
    aborted: all.filter(({ ending }) => ending === 'aborted'),
  }
}

/** Logs stories step by step in turns, as concurrent rollouts do, then their late rewards. */
export function logAll(log: RunLog, stories: readonly Story[]): void {
  for (const { start } of stories) log.episodeStarted(start)
  const longest = Math.max(0, ...stories.map(({ steps }) => steps.length))
  for (let i = 0; i < longest; i++)
    for (const { steps } of stories) {
      const step = steps[i]
      if (step) log.stepTaken(step)
    }
  for (const each of stories) if (each.end) log.episodeEnded(trajectoryOf(each, false))
}

export const logLate = (log: RunLog, stories: readonly Story[]): void =>
  log.rewardsArrived(stories.flatMap(({ late }) => late))
