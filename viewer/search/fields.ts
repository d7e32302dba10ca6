import type { Reward, Step } from '../../core/data/types.ts'
import type { Assigned } from '../../rewards/credit/index.ts'
import { advantageOf, isSure, truthOf } from '../data/credit.ts'
import { actionText } from '../data/group.ts'
import type { OpenEpisode, OpenRun } from '../data/open-run.ts'
import { type PlaceCount, Places } from '../data/places.ts'

/** An episode, or one step of it. */
export interface Subject {
  readonly episode: OpenEpisode
  readonly step: Step | null
}

/** Something that a search can ask for. A number or a yes may be unknown: then it is null, and equals `null` alone. */
export type Field =
  | { readonly kind: 'number'; readonly isOfStep: boolean; readonly of: (subject: Subject) => number | null }
  | { readonly kind: 'text'; readonly isOfStep: boolean; readonly of: (subject: Subject) => readonly string[] }
  | { readonly kind: 'yes'; readonly isOfStep: boolean; readonly of: (subject: Subject) => boolean | null }

const number = (of: (subject: Subject) => number | null, isOfStep = false): Field => ({ kind: 'number', isOfStep, of })
const text = (of: (subject: Subject) => readonly string[], isOfStep = false): Field => ({ kind: 'text', isOfStep, of })
const ofStep = <T>(of: (step: Step, episode: OpenEpisode) => T, otherwise: T) => {
  return ({ step, episode }: Subject): T => (step === null ? otherwise : of(step, episode))
}

const nullsOf = ({ rewards }: Step): readonly (Reward & { readonly value: null })[] =>
  rewards.flatMap((reward) => (reward.value === null ? [reward] : []))

const OF_EPISODES: Readonly<Record<string, Field>> = {
  return: number(({ episode }) => episode.return),
  steps: number(({ episode }) => episode.path.length),
  member: number(({ episode }) => episode.recorded.trajectory.member),
  nulls: number(({ episode }) => episode.totals.reduce((sum, { nulls }) => sum + nulls, 0)),
  invalid: number(({ episode }) => episode.path.filter(({ isActionValid }) => !isActionValid).length),
  ending: text(({ episode }) => [episode.ending]),
  agent: text(({ episode }) => [episode.recorded.start.agent]),
  task: text(({ episode }) => [episode.recorded.trajectory.taskId]),
  group: text(({ episode }) => (episode.group === null ? [] : [episode.group])),
  id: text(({ episode }) => [episode.id]),
  parent: text(({ episode: { recorded } }) => {
    const { forkedFrom } = recorded.trajectory
    return forkedFrom ? [forkedFrom.trajectoryId] : []
  }),
}

const OF_STEPS: Readonly<Record<string, Field>> = {
  at: number(
    ofStep<number | null>(({ index }) => index, null),
    true,
  ),
  latency: number(
    ofStep<number | null>(({ rewards }) => Math.max(0, ...rewards.map((each) => each.latencyMs)), null),
    true,
  ),
  action: text(
    ofStep<readonly string[]>(({ action }) => [actionText(action)], []),
    true,
  ),
  saw: text(
    ofStep<readonly string[]>(({ observation }) => [observation], []),
    true,
  ),
  text: text(
    ofStep<readonly string[]>(({ anchors }) => Object.values(anchors), []),
    true,
  ),
  null: text(
    ofStep<readonly string[]>((step) => nullsOf(step).map(({ name }) => name), []),
    true,
  ),
  reason: text(
    ofStep<readonly string[]>((step) => nullsOf(step).map(({ reason }) => reason), []),
    true,
  ),
  valid: { kind: 'yes', isOfStep: true, of: ofStep<boolean | null>(({ isActionValid }) => isActionValid, null) },
}

/** All that searches of a run can ask for, by name. @param credits by the estimators that a search names */
export function fieldsOf(open: OpenRun, credits: readonly Assigned[]): ReadonlyMap<string, Field> {
  return new Map([
    ...signalsOf(open),
    ...Object.entries(OF_EPISODES),
    ...Object.entries(OF_STEPS),
    ...Object.entries(truthFields(open)),
    ...Object.entries(placeFields(open)),
    ...credits.map((credit) => [credit.estimator, creditField(open, credit)] as const),
  ])
}

/** Signals: of a step where steps have them, else of the episode. */
function signalsOf({ episodes }: OpenRun): readonly (readonly [string, Field])[] {
  const ofSteps = new Set(
    episodes.flatMap(({ path }) => path.flatMap(({ rewards }) => rewards.map(({ name }) => name))),
  )
  const all = new Set(episodes.flatMap(({ totals }) => totals.map(({ name }) => name)))
  const total = (name: string): Field =>
    number(({ episode }) => episode.totals.find((each) => each.name === name)?.sum ?? null)
  const reward = (name: string): Field =>
    number(
      ofStep<number | null>(({ rewards }) => rewards.find((each) => each.name === name)?.value ?? null, null),
      true,
    )
  return [...all].map((name) => [name, ofSteps.has(name) ? reward(name) : total(name)] as const)
}

const truthFields = (open: OpenRun): Readonly<Record<string, Field>> => ({
  truth: number(
    ofStep<number | null>((step) => truthOf(open, step)?.advantage.value ?? null, null),
    true,
  ),
  value: number(
    ofStep<number | null>((step) => truthOf(open, step)?.value.value ?? null, null),
    true,
  ),
  sure: {
    kind: 'yes',
    isOfStep: true,
    of: ofStep<boolean | null>((step) => {
      const advantage = truthOf(open, step)?.advantage
      return advantage ? isSure(advantage) : null
    }, null),
  },
})

const creditField = (open: OpenRun, credit: Assigned): Field =>
  number(
    ofStep<number | null>(({ index }, { id }) => advantageOf(open, credit, id, index), null),
    true,
  )

/** How often the group came to the place of a step, and in how many states. */
function placeFields(open: OpenRun): Readonly<Record<string, Field>> {
  let places: Places | null = null
  const at = (step: Step, episode: OpenEpisode): PlaceCount | undefined => {
    places ??= new Places(open)
    return places.at(episode, step)
  }
  return {
    visits: number(
      ofStep<number | null>((step, episode) => at(step, episode)?.visits ?? null, null),
      true,
    ),
    states: number(
      ofStep<number | null>((step, episode) => at(step, episode)?.states.size ?? null, null),
      true,
    ),
  }
}
