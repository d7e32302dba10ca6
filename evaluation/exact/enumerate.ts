import { GymError } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import { sealState } from '../../core/data/plain.ts'
import type { Rng } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { Json } from '../../core/data/types.ts'
import { askedByOperator } from '../../core/data/user-code.ts'
import { admit } from '../../core/episode/action.ts'
import { readTransition } from '../../core/episode/context.ts'
import type { Context, Environment } from '../../core/episode/environment.ts'
import type { Episode } from '../../core/episode/episode.ts'
import type { World } from '../../core/episode/world.ts'
import { everyOutcome, notEnumerable } from './every-outcome.ts'
import type { ExactModel } from './model.ts'
import { type Landing, ModelTables } from './tables.ts'

/** Limits of an enumeration. */
export interface EnumerationLimits {
  /** @default 20000 */
  readonly maxStates?: number
}

/**
 * Lists every state that can be reached from where an episode stands, with all that every listed action can lead to.
 * Steps count from there: the model's `maxSteps` is what the episode has left.
 * @throws GymError NOT_ENUMERABLE where the environment is asynchronous, asks the outside world, lists no actions,
 *   draws real numbers, leaves a step unjudged, or has too many states; NOT_DETERMINISTIC where one step led to several
 *   states without a draw; EPISODE_ENDED; ENV_FAILED and ENV_INVALID as a step.
 */
export function enumerate<State extends object>(
  episode: Episode<State>,
  { maxStates = 20_000 }: EnumerationLimits = {},
): ExactModel {
  const { world, task, index, settings, ending } = episode
  if (ending !== null) throw new GymError('EPISODE_ENDED', `the episode has ${ending}: start another`)
  expectEnumerable(world.environment)
  const tables = new ModelTables<State>(world, maxStates)
  tables.stateOf({ state: episode.state, isEnd: false })
  for (let at = 0; at < tables.stateCount; at++) expand(world, tables, at)
  const maxSteps = (settings.maxSteps ?? world.environment.maxSteps) - index
  return tables.finish({ environment: world.environment.id, task, maxSteps })
}

/** @throws GymError NOT_ENUMERABLE for an environment that is more than its state, or lists no actions */
export function expectEnumerable({
  id,
  kind,
  fork,
  actions,
}: Pick<Environment, 'id' | 'kind' | 'fork' | 'actions'>): void {
  if (kind === 'async') throw notEnumerable(`${id} is asynchronous, so its states cannot be listed`)
  if (fork !== 'value') throw notEnumerable(`${id} is more than its state: it forks by ${fork}`)
  if (!actions) throw notEnumerable(`${id} lists no actions`)
}

function expand<State extends object>(world: World<State>, tables: ModelTables<State>, at: number): void {
  const { state, isEnd } = tables.nodeAt(at)
  tables.openState()
  if (isEnd) return
  for (const action of listedActions(world, state)) {
    const take = (rng: Rng): Landing => landingOf(world, tables, state, action, rng)
    tables.openChoice(action)
    const outcomes = everyOutcome(take)
    expectSame(world, action, outcomes, everyOutcome(take))
    for (const { probability, value } of outcomes) tables.addOutcome(probability, value)
  }
}

function listedActions<State extends object>(world: World<State>, state: State): readonly Json[] {
  const { id, actions } = world.environment
  const listed = askedByOperator('actions', () => actions?.(state, world)) ?? []
  if (listed.length === 0) throw notEnumerable(`${id} lists no action in a state that does not end the episode`)
  return [...new Map(listed.map((action) => [canonicalJson(action), action])).values()]
}

function landingOf<State extends object>(
  world: World<State>,
  tables: ModelTables<State>,
  state: State,
  action: Json,
  rng: Rng,
): Landing {
  const { environment } = world
  const admitted = admit(environment, action, Number.POSITIVE_INFINITY)
  if (admitted.refusal !== null) throw notEnumerable(`${environment.id} lists an action that it cannot read: ${action}`)
  const taken = askedByOperator('step', () => environment.step(state, admitted.action, contextOf(world, rng)))
  if ('then' in taken) throw new GymError('ENV_ASYNC', `${environment.id}: step returned a promise`)
  const { state: next, reward, terminated, truncated, isActionValid } = readTransition(taken)
  if (reward === null) throw notEnumerable(`${environment.id} left a step unjudged: values need every reward`)
  const isEnd = terminated || truncated
  return { state: tables.stateOf({ state: sealState(next), isEnd }), reward, isValid: isActionValid }
}

const contextOf = <State extends object>({ environment, resources }: World<State>, rng: Rng): Context => ({
  rng,
  effect() {
    throw notEnumerable(`${environment.id} asks the outside world`)
  },
  signal: NEVER,
  resources,
  live: undefined,
})

const NEVER = new AbortController().signal

function expectSame<State extends object>(
  { environment }: World<State>,
  action: Json,
  once: readonly { readonly value: Landing }[],
  again: readonly { readonly value: Landing }[],
): void {
  const isSame = once.length === again.length && once.every(({ value }, at) => isEqual(value, again[at]?.value))
  if (isSame) return
  throw new GymError(
    'NOT_DETERMINISTIC',
    `${environment.id}: the action ${shown(action)} led from one state to several without a draw from rng`,
  )
}

const isEqual = (one: Landing, other: Landing | undefined): boolean =>
  one.state === other?.state && one.reward === other.reward && one.isValid === other.isValid
