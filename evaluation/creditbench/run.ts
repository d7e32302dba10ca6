import type { Policy } from '../../core/rollout/policy.ts'
import type { CatalogSettings } from '../../registry/catalog.ts'
import { estimators } from '../../registry/index.ts'
import { advisedPolicy } from '../exact/advised-policy.ts'
import type { ExactModel } from '../exact/model.ts'
import { type Condition, conditionsOf } from './conditions.ts'
import { type BenchEntry, entriesOf, PLANTED } from './entries.ts'
import { type Facts, factsOf } from './facts.ts'
import { evaluateEntry, type Scores } from './measures/evaluate.ts'
import { samplesOf } from './sample.ts'
import { type Strip, stripOf } from './strip.ts'
import { type Testbed, testbedOf } from './testbed.ts'
import { type BenchWorld, modelsOf } from './world.ts'

/** Settings of a CreditBench run. */
export interface BenchSettings {
  /** Steps that every entry credits in each condition, about. */
  readonly rows: number
  /** @default 0 */
  readonly seed?: number
  /** Acts in every world. @default one of each world's `target`, made by `advisedPolicy` */
  readonly policy?: Policy
  readonly catalogs?: CatalogSettings
  /** Called before each condition, and after the last. */
  readonly onProgress?: (done: number, total: number, now: string) => void
}

/** What was measured in one condition. */
export interface ConditionResult {
  readonly study: string
  readonly world: string
  readonly value: string | null
  readonly groupSize: number
  readonly facts: Facts
  /** True where the batches that a condition needs at least hold more steps than were asked for. */
  readonly isLeast: boolean
  readonly scores: readonly Scores[]
  /** One sampled trajectory, of a world as it is; null where another study varies it, or none is short enough. */
  readonly strip: Strip | null
}

/** Rows of the bench, the planted ones first: every registered estimator, so that a new one has its own at once. */
export async function allEntries(catalogs?: CatalogSettings): Promise<readonly BenchEntry[]> {
  const catalog = estimators(catalogs)
  const loaded = await Promise.all(catalog.names().map((name) => catalog.load(name)))
  return [...PLANTED, ...loaded.flatMap(entriesOf)]
}

/**
 * Holds every entry against the truth in every condition.
 * @throws GymError as `modelsOf`
 */
export async function runBench(
  worlds: readonly BenchWorld[],
  entries: readonly BenchEntry[],
  settings: BenchSettings,
): Promise<readonly ConditionResult[]> {
  const conditions = conditionsOf(worlds)
  const testbeds = new Testbeds(settings)
  const results: ConditionResult[] = []
  for (const [done, condition] of conditions.entries()) {
    settings.onProgress?.(done, conditions.length, nameOf(condition))
    results.push(measured(condition, await testbeds.of(condition.world), entries, settings))
    await yieldToEventLoop()
  }
  settings.onProgress?.(conditions.length, conditions.length, 'done')
  return results
}

/** Lets a progress bar be drawn. */
const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const nameOf = ({ study, world, value }: Condition): string =>
  value === null ? world.name : `${world.name}, ${study} ${value}`

/** Worlds are solved once, however many conditions share them. */
class Testbeds {
  readonly #settings: BenchSettings
  readonly #solved = new Map<string, Testbed>()

  constructor(settings: BenchSettings) {
    this.#settings = settings
  }

  async of(world: BenchWorld): Promise<Testbed> {
    const key = JSON.stringify([world.name, world.options])
    const known = this.#solved.get(key)
    if (known) return known
    const models = await modelsOf(world, this.#settings.catalogs)
    const testbed = testbedOf(models, this.#settings.policy ?? this.#advised(models, world))
    this.#solved.set(key, testbed)
    return testbed
  }

  #advised(models: readonly ExactModel[], { target = DEFAULT_TARGET }: BenchWorld): Policy {
    return advisedPolicy(models, { target, seed: this.#settings.seed ?? 0 }).policy
  }
}

const DEFAULT_TARGET = 0.3
/** Blocks of the jackknife have at least this many batches. */
export const LEAST_BATCHES = 10
const LEAST_DETECTION = 6
/** Share of the rows that go into the detection of mistakes. */
const DETECTION = 0.25
const MISTAKES = 0.5

function measured(
  { study, world, value, groupSize, noise }: Condition,
  testbed: Testbed,
  entries: readonly BenchEntry[],
  { rows, seed = 0 }: BenchSettings,
): ConditionResult {
  const rowsPerBatch = samplesOf(testbed, { groupSize, batches: 1, seed })[0]?.batch.rowCount ?? 1
  const batches = Math.max(LEAST_BATCHES, Math.round(rows / rowsPerBatch))
  const samples = samplesOf(testbed, { groupSize, noise, batches, seed })
  const planted = samplesOf(testbed, plantedSettings(groupSize, noise, batches, seed))
  const material = { testbed, samples, planted }
  const scores = entries.map((entry) => evaluateEntry(material, entry))
  const facts = factsOf(testbed, samples)
  const isLeast = batches === LEAST_BATCHES && facts.rows > rows
  const [first] = samples
  const strip = study === 'worlds' && first ? stripOf(testbed, first, entries) : null
  return { study, world: world.name, value, groupSize, facts, isLeast, scores, strip }
}

const plantedSettings = (groupSize: number, noise: Condition['noise'], batches: number, seed: number) => ({
  groupSize,
  noise,
  batches: Math.max(LEAST_DETECTION, Math.round(batches * DETECTION)),
  mistakes: MISTAKES,
  seed: seed + 1,
})
