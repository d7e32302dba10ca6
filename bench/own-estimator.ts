import type { JsonObject } from '../core/data/types.ts'
import { mergedBy, withPast } from '../evaluation/claims/kit/anchors.ts'
import { cosines, estimatesOf } from '../evaluation/claims/kit/credited.ts'
import { averagedCosine, averagedCosineDifference, gradientBlocksOf } from '../evaluation/claims/kit/gradients.ts'
import { meanOf, pairedDifference } from '../evaluation/claims/kit/intervals.ts'
import { type Sample, samplesOf } from '../evaluation/creditbench/sample.ts'
import { type Testbed, testbedOf } from '../evaluation/creditbench/testbed.ts'
import { modelsOf } from '../evaluation/creditbench/world.ts'
import { advisedPolicy } from '../evaluation/exact/advised-policy.ts'
import type { Estimated } from '../evaluation/statistics/interval.ts'
import { estimators } from '../registry/index.ts'

/**
 * Figures of docs/research/results/own-estimator-3.md: cosines of the policy gradient with the exact one, on one batch and
 * on all batches together. `npx tsx bench/own-estimator.ts [BATCHES] [SPLIT]`, 20 batches of `validation`.
 */
const batches = Number(process.argv[2] ?? 20)
const split = process.argv[3] ?? 'validation'

const grid = (world: string, options: JsonObject = {}, tasks = 8): World => ({
  environment: 'grid',
  options: { world, ...options },
  tasks,
})
const SHOP: World = {
  environment: 'webshop',
  options: { catalogue: { generated: { products: 30, seed: 0 } }, history: 'none', searches: 1 },
  tasks: 4,
  split: 'train',
}
const MINIATURE: World = { environment: 'shop-miniature', options: { length: 'long', reward: 'success' }, tasks: 4 }

interface World {
  readonly environment: string
  readonly options: JsonObject
  readonly tasks: number
  readonly split?: string
}

interface Setting {
  readonly name: string
  readonly world: World
  readonly target?: number
  readonly groupSize?: number
  readonly isMerged?: boolean
  /** Observations before a step that are part of its anchor. @default 0 */
  readonly past?: number
}

const SETTINGS: readonly Setting[] = [
  { name: 'key-door', world: grid('key-door') },
  { name: 'corridor', world: grid('corridor') },
  { name: 'slippery', world: grid('slippery') },
  { name: 'sokoban', world: grid('sokoban', {}, 4) },
  { name: 'shop', world: SHOP },
  { name: 'shop-miniature', world: MINIATURE },
  { name: 'key-door, success .1', world: grid('key-door'), target: 0.1 },
  { name: 'slippery, success .1', world: grid('slippery'), target: 0.1 },
  { name: 'slippery, success .6', world: grid('slippery'), target: 0.6 },
  { name: 'shop, success .16', world: SHOP, target: 0.16 },
  { name: 'shop-miniature, success .1', world: MINIATURE, target: 0.1 },
  { name: 'shop-miniature, success .6', world: MINIATURE, target: 0.6 },
  { name: 'key-door, group 4', world: grid('key-door'), groupSize: 4 },
  { name: 'slippery, group 4', world: grid('slippery'), groupSize: 4 },
  { name: 'key-door, group 16', world: grid('key-door'), groupSize: 16 },
  { name: 'slippery, group 16', world: grid('slippery'), groupSize: 16 },
  { name: 'key-door, aliasing 2', world: grid('key-door', { aliasing: 2 }) },
  { name: 'key-door, aliasing 2, success .1', world: grid('key-door', { aliasing: 2 }), target: 0.1 },
  { name: 'key-door, merged', world: grid('key-door'), isMerged: true },
  { name: 'key-door, merged, success .1', world: grid('key-door'), target: 0.1, isMerged: true },
  { name: 'key-door, merged, group 4', world: grid('key-door'), groupSize: 4, isMerged: true },
  { name: 'corridor, merged', world: grid('corridor'), isMerged: true },
  { name: 'slippery, merged', world: grid('slippery'), isMerged: true },
  { name: 'slippery, merged, group 4', world: grid('slippery'), groupSize: 4, isMerged: true },
  { name: 'key-door, last 3 observations', world: grid('key-door'), past: 2 },
  { name: 'key-door, last 4 observations', world: grid('key-door'), past: 3 },
  { name: 'corridor, last 4 observations', world: grid('corridor'), past: 3 },
  { name: 'slippery, all observations', world: grid('slippery'), past: 40 },
  { name: 'shop-miniature, all observations', world: MINIATURE, past: 20 },
]

const NAMES = ['rloo', 'crbc', 'evidence-closure-2', 'evidence-closure-3'] as const
const OPTIONS: Readonly<Record<string, JsonObject>> = { rloo: { crossSteps: false }, crbc: { successReward: 1 } }

console.log(`| world | ${NAMES.map((name) => `\`${name}\``).join(' | ')} | less \`crbc\`, one | less \`rloo\`, all |`)
console.log('|---|---|---|---|---|---|---|')
const testbeds = new Map<string, Testbed>()
for (const setting of SETTINGS) {
  const testbed = await solved(setting)
  const { anchor, samples } = anchored(
    setting,
    samplesOf(testbed, { groupSize: setting.groupSize ?? 8, batches, seed: 1 }),
  )
  console.log(`| ${setting.name} | ${(await cells(testbed, samples, anchor)).join(' | ')} |`)
}

/** Samples whose anchor is that of the setting. */
function anchored({ isMerged, past }: Setting, samples: readonly Sample[]) {
  if (past !== undefined) return { anchor: 'past', samples: withPast(samples, past) }
  return isMerged ? { anchor: 'merged', samples: mergedBy(samples, 'text', sixth) } : { anchor: 'text', samples }
}

async function solved({ world: { split: own, ...world }, target = 0.3 }: Setting): Promise<Testbed> {
  const key = JSON.stringify([world, target])
  const known = testbeds.get(key)
  if (known) return known
  const models = await modelsOf({ ...world, name: 'world', summary: '', split: own ?? split })
  const testbed = testbedOf(models, advisedPolicy(models, { target, seed: 0 }).policy)
  testbeds.set(key, testbed)
  return testbed
}

/** One of six names, by a hash of a text (FNV-1a). */
function sixth(text: string): string {
  let hash = 2166136261
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619)
  return `${(hash >>> 8) % 6}`
}

async function cells(testbed: Testbed, samples: readonly Sample[], anchor: string): Promise<readonly string[]> {
  const found = await Promise.all(
    NAMES.map(async (name) => {
      const estimator = await estimators().load(name)
      const compared = Object.hasOwn(estimator.defaults, 'anchor') ? { anchor } : {}
      const estimates = estimatesOf(samples, estimator, { ...compared, ...OPTIONS[name] })
      return { one: cosines(testbed, estimates), all: gradientBlocksOf(testbed, estimates) }
    }),
  )
  const [rloo, crbc, , ours] = found
  if (!rloo || !crbc || !ours) throw new RangeError('four estimators are compared')
  const own = found.map(({ one, all }) => `${text(meanOf(one))} / ${text(averagedCosine(all))}`)
  return [...own, signed(pairedDifference(ours.one, crbc.one)), signed(averagedCosineDifference(ours.all, rloo.all))]
}

function text(estimate: Estimated | null): string {
  return estimate === null ? '-' : estimate.value.toFixed(2)
}

function signed(estimate: Estimated | null): string {
  if (estimate === null) return '-'
  const { value, high } = estimate
  return `${value < 0 ? '' : '+'}${value.toFixed(2)} ± ${(high - value).toFixed(2)}`
}
