import { join } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import type { Cli } from '../../cli.ts'
import { type Chosen, readSettings, type Settings } from '../../config.ts'
import { type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { type Prepared, prepareRollout } from '../rollout/prepare.ts'
import { recordRollout } from '../rollout/record.ts'
import { type MethodReport, SearchTally } from './tally.ts'

export interface SearchReport {
  readonly environment: string
  readonly agent: string
  readonly split: string
  readonly seed: string
  /** Environment steps of one task, for each method. */
  readonly budget: number
  readonly isInterrupted: boolean
  readonly methods: readonly MethodReport[]
}

export interface SearchRequest extends SettingFlags {
  readonly method?: readonly Chosen[]
  readonly value?: string
}

const DEFAULT_BUDGET = 1000

/** What every search is compared with: as many episodes as the budget covers, the best of which counts. */
const BASELINE: Chosen = { reference: 'best-of-n', options: { k: 0 } }

/**
 * Searches the same tasks by each method under one budget, and records a run of each.
 * @throws GymError as `prepareRollout`, for the first method that cannot be: nothing is played then
 */
export async function searched({ method, value, ...flags }: SearchRequest, cli: Cli): Promise<SearchReport> {
  const settings = await readSettings(cli, settingsOfFlags(flags))
  if (settings.server !== undefined)
    throw new GymError('CONFIG_INVALID', 'a search runs in this process: leave server out')
  const searches = withBaseline(method ?? [{ reference: 'mcts', options: {} }])
  const prepared: Prepared[] = []
  try {
    for (const each of searches) prepared.push(await prepareRollout(cli, settingsOf(settings, each, value)))
    return await cli.interruptible((signal) => playAll(prepared, searches, cli, signal))
  } finally {
    for (const { plan } of prepared) await closeHooks(plan.hooks)
  }
}

const withBaseline = (methods: readonly Chosen[]): readonly Chosen[] =>
  methods.some(({ reference }) => reference === BASELINE.reference) ? methods : [...methods, BASELINE]

/** The baseline has no states to judge, and no actions to draw. */
function settingsOf(settings: Settings, { reference, options }: Chosen, value: string | undefined): Settings {
  const { k, agent = RANDOM, budget = DEFAULT_BUDGET, ...rest } = settings
  const isBaseline = reference === BASELINE.reference
  const own = { ...(value !== undefined && !isBaseline && { value }), ...options }
  return { ...rest, agent, budget, ...(k !== undefined && !isBaseline && { k }), sampling: { reference, options: own } }
}

const RANDOM: Chosen = { reference: 'random', options: {} }

async function playAll(
  prepared: readonly Prepared[],
  searches: readonly Chosen[],
  cli: Cli,
  signal: AbortSignal,
): Promise<SearchReport> {
  const methods: MethodReport[] = []
  const [first] = prepared
  if (!first) throw new RangeError('there is a method')
  for (const [at, each] of prepared.entries()) {
    if (signal.aborted) break
    const name = nameOf(searches, at)
    const tally = new SearchTally(name, searches[at]?.options ?? {})
    const own = { ...each, out: join(first.out, name) }
    const { run } = await recordRollout(own, cli, signal, (group) => tally.add(group))
    methods.push(tally.report(run))
  }
  const { world, agent, split, seed, sampling } = first.plan
  const budget = sampling?.budget ?? DEFAULT_BUDGET
  const identity = { environment: world.environment.id, agent: agent.name, split, seed: `${seed}`, budget }
  return { ...identity, isInterrupted: signal.aborted, methods }
}

/** Name of a method and of its folder; a second of the same method has a number. */
function nameOf(searches: readonly Chosen[], at: number): string {
  const name = searches[at]?.reference ?? ''
  const before = searches.slice(0, at).filter(({ reference }) => reference === name).length
  return before === 0 ? name : `${name}-${before + 1}`
}
