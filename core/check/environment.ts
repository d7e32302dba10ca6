import { GymError } from '../data/errors.ts'
import { canonicalJson } from '../data/hash.ts'
import { parseJson } from '../data/json.ts'
import { counted, shown } from '../data/shown.ts'
import type { JsonObject } from '../data/types.ts'
import type { Environment } from '../episode/environment.ts'
import { startEpisode } from '../episode/start.ts'
import { openWorld, type World } from '../episode/world.ts'
import { expectNoLeak } from './canaries.ts'
import { differenceOf, pickAction, restarted, retraceOf, type Trace, taskSettings, traceOf } from './drive.ts'
import { checkForks, checkGroups, checkReplay, checkSnapshot } from './forking.ts'
import { NotAwaited, Outside, type Use } from './outside.ts'
import {
  AtStep,
  at,
  type CheckResult,
  type CheckSettings,
  checkRules,
  expect,
  expectCode,
  type Rule,
  resultOf,
} from './report.ts'

/**
 * The contract of environments, as rules: the suite that stepgym runs over its own and that `stepgym check` runs
 * over yours. Yields one result a rule; never throws for a broken rule.
 */
export async function* checkEnvironment(
  environment: Environment,
  options: JsonObject = {},
  settings: CheckSettings = {},
): AsyncGenerator<CheckResult> {
  const outside = new Outside()
  const end = outside.begin()
  try {
    yield* checkWatched(environment, options, settings, outside)
  } finally {
    end()
  }
}

async function* checkWatched(
  environment: Environment,
  options: JsonObject,
  settings: CheckSettings,
  outside: Outside,
): AsyncGenerator<CheckResult> {
  const placeOf = (thrown: unknown): string | null => outside.placeOf(thrown)
  let world: World | undefined
  settings.onRule?.(OPENS)
  yield await resultOf(OPENS, async () => {
    world = await openWorld(outside.watched(strict(environment)), options)
    return undefined
  })
  const definedAt = (cause: string): string | null => settings.placeOfFunction?.(functionOf(environment, cause)) ?? null
  if (world) yield* checkRules(rulesOf(outside), world, settings, placeOf, definedAt)
}

/** The function of the environment that a cause speaks of: a view, `reset`, or `step`. */
function functionOf({ observe, reset, step }: Environment, cause: string): unknown {
  const [, view] = /\bview (\w+)/.exec(cause) ?? []
  if (view !== undefined) return Object.entries(observe).find(([name]) => name === view)?.[1]
  if (/\bat the reset\b/.test(cause)) return reset
  return /\bat step \d/.test(cause) ? step : undefined
}

/** The environment, with an eye on keys that a transition does not have (a misspelt `truncated`). */
function strict(environment: Environment): Environment {
  const known = new Set(['state', 'reward', 'terminated', 'truncated', 'isActionValid', 'info'])
  const expectKnown = <T extends object>(transition: T): T => {
    const foreign = Object.keys(transition).find((key) => !known.has(key))
    if (foreign === undefined) return transition
    throw new GymError('ENV_INVALID', `step returned ${foreign}: a transition has ${[...known].join(', ')}`)
  }
  const step: Environment['step'] = (...given) => {
    const next = environment.step(...given)
    return next instanceof Promise ? next.then(expectKnown) : expectKnown(next)
  }
  return { ...environment, step }
}

const SEEDS = [1, 2, 3] as const

const OPENS = 'opens with its options'
const SAME = 'gives the same trajectory for the same task, seed and actions'

const rulesOf = (outside: Outside): readonly Rule<World>[] => [
  { rule: 'has tasks with ids of their own, each in one split, all plain JSON', check: checkTasks },
  { rule: 'reaches outside only through `effect`, and awaits it', check: (world) => checkOutside(world, outside) },
  { rule: SAME, check: (world) => checkDeterminism(world, outside) },
  { rule: 'keeps episodes separate: concurrent episodes equal single ones', needs: SAME, check: checkIsolation },
  { rule: 'has states that survive JSON', check: checkPlainStates },
  { rule: 'shows views that are a function of the state, cached or not', needs: SAME, check: checkViews },
  { rule: 'takes any bad action as a step that says so', check: checkBadActions },
  { rule: 'lists actions that it can read', check: checkListedActions },
  { rule: 'ends by its rules or at its limit, and takes no step after that', check: checkEnd },
  { rule: 'stops when it is cancelled', check: checkCancellation },
  { rule: 'replays exactly from its tape', needs: SAME, check: checkReplay },
  { rule: 'continues from a snapshot as the original does', needs: SAME, check: checkSnapshot },
  { rule: 'forks without touching the original, into futures of their own', needs: SAME, check: checkForks },
  { rule: 'starts groups from one state', needs: SAME, check: checkGroups },
  { rule: 'shows agents nothing private', check: expectNoLeak },
  { rule: 'reports how often anchors repeat', check: anchorShare },
]

/** Tasks looked at per split. */
const TASK_SAMPLE = 2000

function checkTasks({ tasks }: World): string {
  const splitOf = new Map<string, string>()
  for (const split of tasks.splits) {
    expect(tasks.size(split) > 0, () => `split ${split} is empty`)
    for (let index = 0; index < Math.min(tasks.size(split), TASK_SAMPLE); index++) {
      const task = tasks.at(split, index)
      expect(!splitOf.has(task.id), () => `task ${task.id} is in ${splitOf.get(task.id)} and in ${split}`)
      splitOf.set(task.id, split)
      const text = canonicalJson(task)
      const found = tasks.byId(task.id)
      expect(found === task || canonicalJson(found) === text, () => `task ${task.id} is not the one that its id finds`)
      expect(canonicalJson(parseJson(JSON.stringify(task))) === text, () => `task ${task.id} is not plain JSON`)
    }
  }
  return tasks.splits.map((split) => `${split} ${tasks.size(split)}`).join(', ')
}

async function checkDeterminism(world: World, outside: Outside): Promise<undefined> {
  for (const seed of SEEDS) {
    const settings = taskSettings(world, seed)
    outside.take()
    const first = await at(`seed ${seed}`, () => traceOf(world, settings, seed))
    expectNone(outside.take().filter(({ reach }) => reach === 'clock' || reach === 'chance'))
    const difference = differenceOf(first, await at(`seed ${seed} again`, () => retraceOf(world, settings, first)))
    expect(difference === null, () => `seed ${seed}, ${difference}`)
  }
}

/** Drives with slow effects, so that one which is not awaited is still in progress when its step returns. */
async function checkOutside(world: World, outside: Outside): Promise<undefined> {
  outside.take()
  try {
    await outside.withSlowEffects(() => traceOf(world, taskSettings(world, 1), 1, 10))
  } catch (thrown) {
    // What else goes wrong is for the rules that follow.
    if (thrown instanceof AtStep && thrown.cause instanceof NotAwaited) throw thrown
  }
  expectNone(outside.take().filter(({ reach }) => reach !== 'clock' && reach !== 'chance'))
}

/** @throws Error with one line a use. */
function expectNone(uses: readonly Use[]): void {
  expect(uses.length === 0, () => uses.map(describeUse).join('\n'))
}

const REMEDIES: Readonly<Record<Use['reach'], string>> = {
  clock: 'read the clock through `effect`',
  chance: 'draw from `rng`',
  files: 'go through `effect`, or open it once in `resources`',
  machine: 'go through `effect`, or read it once in `resources`',
  processes: 'go through `effect`',
  network: 'go through `effect`',
}

function describeUse({ reach, label, during, step, place }: Use): string {
  const when = step < 0 ? 'at the reset' : `at step ${step}`
  return `${label} is called in \`${during}\` ${when}: ${REMEDIES[reach]}${place === null ? '' : ` (${place})`}`
}

async function checkIsolation(world: World): Promise<undefined> {
  const alone: Trace[] = []
  for (const seed of SEEDS) alone.push(await traceOf(world, taskSettings(world, seed), seed))
  const together = await Promise.all(
    alone.map((trace, index) => retraceOf(world, taskSettings(world, SEEDS[index] ?? 0), trace)),
  )
  for (const [index, trace] of alone.entries()) {
    const difference = differenceOf(trace, together[index] ?? trace)
    expect(difference === null, () => `seed ${SEEDS[index]}, ${difference}`)
  }
}

async function checkPlainStates(world: World): Promise<undefined> {
  const episode = await startEpisode(world, taskSettings(world, 1))
  for (let step = 0; step < 30 && episode.ending === null; step++) {
    const copy: unknown = parseJson(JSON.stringify(episode.state))
    expect(
      canonicalJson(copy) === canonicalJson(episode.state),
      () => `the state after ${counted(step, 'step')} changes on its way through JSON`,
    )
    expect(Object.isFrozen(episode.state), () => 'a state is not frozen')
    expect(isData(episode.state), () => `the state after ${counted(step, 'step')} has a getter or a hidden property`)
    await episode.step(pickAction(episode, 1))
  }
  await episode.close()
}

/** Whether all that a value holds is there to see, and stays as it is: a getter may answer otherwise the next time. */
function isData(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  const properties = Object.entries(Object.getOwnPropertyDescriptors(value))
  return properties.every(([key, { enumerable, value: item }]) => {
    if (key === 'length' && Array.isArray(value)) return true
    return enumerable === true && item !== undefined && isData(item)
  })
}

async function checkViews(world: World): Promise<string> {
  const { environment, views } = world
  const modes = Object.keys(environment.observe)
  for (const seed of SEEDS) {
    const episode = await startEpisode(world, taskSettings(world, seed))
    for (let step = 0; step < 30 && episode.ending === null; step++) {
      for (const mode of modes) {
        const shown: unknown = views.view(episode.state, mode)
        expect(typeof shown === 'string', () => `view ${mode} is not a string`)
        expect(
          shown === views.render(episode.state, mode),
          () =>
            `view ${mode}: cached and fresh differ after ${counted(step, 'step')} (a viewKey that two different pages share?)`,
        )
      }
      await episode.step(pickAction(episode, seed))
    }
    await episode.close()
  }
  return modes.join(', ')
}

const BAD_ACTIONS: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  12.5,
  true,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '[',
  '__proto__',
  'x'.repeat(2 ** 20),
  [],
  {},
  { action: {} },
  [[[[]]]],
  () => 1,
  1n,
  Symbol('x'),
  new Map(),
]
async function checkBadActions(world: World): Promise<undefined> {
  for (const [index, bad] of BAD_ACTIONS.entries()) {
    const episode = await startEpisode(world, taskSettings(world, index))
    const taken = await episode.step(bad)
    if (typeof bad !== 'string')
      expect(!taken.isActionValid || isReadable(bad), () => `${typeof bad} was accepted as a good action`)
    if (!taken.isActionValid && taken.refused) expect(taken.refused.problem !== '', () => 'a refusal gives no reason')
    await episode.close()
  }
}

const isReadable = (bad: unknown): boolean => bad === null || ['number', 'boolean', 'object'].includes(typeof bad)

async function checkListedActions(world: World): Promise<string> {
  const episode = await startEpisode(world, taskSettings(world, 1))
  const listed = episode.actions()
  const readable = listed ?? world.environment.examples ?? []
  expect(readable.length > 0, () => 'there is nothing to do: give `actions`, or `examples` if actions cannot be listed')
  for (const action of readable.slice(0, 50)) {
    const fresh = await restarted(episode)
    const { isActionValid, info } = await fresh.step(action)
    expect(isActionValid || listed === null, () => `${shown(action)} is listed and then refused: ${shown(info)}`)
    await fresh.close()
  }
  await episode.close()
  return listed ? `${listed.length} at the start` : `${readable.length} examples`
}

async function checkEnd(world: World): Promise<string> {
  const endings = []
  for (const seed of SEEDS) {
    const episode = await startEpisode(world, taskSettings(world, seed, { maxSteps: 3 }))
    while (episode.ending === null) await episode.step(pickAction(episode, seed))
    endings.push(episode.ending)
    expect(episode.index <= 3, () => `it took ${counted(episode.index, 'step')} with a limit of 3`)
    await expectCode('EPISODE_ENDED', () => episode.step(pickAction(episode, seed)))
    await episode.close()
    await episode.close()
  }
  return endings.join(', ')
}

async function checkCancellation(world: World): Promise<undefined> {
  const controller = new AbortController()
  const episode = await startEpisode(world, taskSettings(world, 1, { signal: controller.signal }))
  const action = pickAction(episode, 1)
  controller.abort()
  await expectCode('EPISODE_ABORTED', () => episode.step(action))
  expect(episode.ending === 'aborted', () => `it ended as ${episode.ending}`)
  await episode.close()
}

/** Anchors that never repeat make every step group a singleton. */
async function anchorShare(world: World): Promise<string> {
  const seen = new Map<string, number>()
  let total = 0
  for (const seed of SEEDS) {
    const episode = await startEpisode(world, taskSettings(world, 1, { member: seed }))
    for (let step = 0; step < 20 && episode.ending === null; step++) {
      const { text = '' } = episode.anchors()
      seen.set(text, (seen.get(text) ?? 0) + 1)
      total++
      await episode.step(pickAction(episode, seed))
    }
    await episode.close()
  }
  const repeated = [...seen.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0)
  return `${Math.round((100 * repeated) / Math.max(1, total))} % of ${total} text anchors are shared by two steps or more`
}
