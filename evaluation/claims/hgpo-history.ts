import type { JsonObject } from '../../core/data/types.ts'
import type { Estimator } from '../../rewards/estimator/estimator.ts'
import { type Sample, samplesOf } from '../creditbench/sample.ts'
import { type Testbed, testbedOf } from '../creditbench/testbed.ts'
import { advisedPolicy } from '../exact/advised-policy.ts'
import { mergedBy } from './kit/anchors.ts'
import { type BiasKind, biasOf, type StateSums, squaredBiasDifference, stateSumsOf } from './kit/bias.ts'
import { type ClaimSettings, defineClaim } from './kit/claim.ts'
import { estimatesOf } from './kit/credited.ts'
import { figure } from './kit/intervals.ts'
import { remembering } from './kit/remembering.ts'
import { estimatorNamed, gridBed, gridModels } from './kit/testbeds.ts'
import type { Figure } from './kit/verdict.ts'

const BATCHES = { tiny: 20, quick: 150, full: 1000 } as const
const TASKS = 4
const GRID = { world: 'key-door', size: 4 } as const
const LENGTHS = [0, 1, 2, 4] as const

/**
 * Where steps at one anchor have different pasts: by what the anchor hides, by what the policy remembers, or, beside
 * them, by what neither the policy nor the anchor sees.
 */
const SETTINGS = ['merged anchors', 'remembering policy', 'aliasing 2'] as const
type Setting = (typeof SETTINGS)[number]
const JUDGED = ['merged anchors', 'remembering policy'] as const satisfies readonly Setting[]

const KINDS = ['advantage', 'gradient'] as const satisfies readonly BiasKind[]
const EXACT = 'gigpo on exact anchors'
const HGPO = 'hgpo K 2'
const named = (setting: Setting, kind: BiasKind, what: string): string => `${setting}: bias of the ${kind}, ${what}`
const excess = (setting: Setting, kind: BiasKind, over: string): string =>
  `${setting}: squared bias of the ${kind}, gigpo minus ${over}`

export default defineClaim({
  name: 'hgpo-history',
  claim:
    'The step groups of GiGPO are biased where steps at one anchor have different histories, and the nested groups of HGPO correct that',
  source: 'HGPO (arXiv 2602.22817)',
  method:
    'Key and door, groups of 8 of a frozen policy that earns 0.3, the step part of GiGPO against HGPO with histories of 0, 1, 2 and 4 anchors (deviations and discount off in both). Once anchors show the place alone; once the policy also sees its observation before, and anchors only the present one; beside them, once neither policy nor anchors see what is far away and what one holds (aliasing 2). Estimates are averaged by exact state and action, scaled to fit best, and held against the exact advantage (cross-fitted, units of the truth): as they are (bias of the advantage), and less what all actions of a state have in common (bias of the gradient). Changed after a first look at the numbers: differences are of squared biases, which have narrower intervals, against the same bound.',
  conditions: JUDGED.flatMap((setting) => [
    {
      figure: excess(setting, 'advantage', EXACT),
      is: 'above' as const,
      bound: 0,
      says: `${setting}: advantages of GiGPO are more biased than on anchors that distinguish the histories`,
    },
    {
      figure: excess(setting, 'advantage', HGPO),
      is: 'above' as const,
      bound: 0,
      says: `${setting}: those of HGPO are less biased`,
    },
  ]),
  beside: SETTINGS.flatMap((setting) => [
    {
      figure: excess(setting, 'gradient', EXACT),
      is: 'above' as const,
      bound: 0,
      says: `${setting}: the policy gradient of GiGPO is more biased, too`,
    },
    {
      figure: excess(setting, 'gradient', HGPO),
      is: 'above' as const,
      bound: 0,
      says: `${setting}: that of HGPO is less biased`,
    },
  ]),
  async measure(settings) {
    const figures: Figure[] = []
    for (const setting of SETTINGS) figures.push(...(await figuresOf(setting, settings)))
    return figures
  },
  say: (figure) =>
    `Advantages: where anchors merge states GiGPO is off by ${figure(named('merged anchors', 'advantage', 'gigpo'))} of the truth and HGPO (K 2) by ${figure(named('merged anchors', 'advantage', 'hgpo K 2'))}; with a policy that remembers by ${figure(named('remembering policy', 'advantage', 'gigpo'))} and ${figure(named('remembering policy', 'advantage', 'hgpo K 2'))}. Of the policy gradient, which what all actions of a state have in common does not move, GiGPO’s bias is ${figure(named('merged anchors', 'gradient', 'gigpo'))} and ${figure(named('remembering policy', 'gradient', 'gigpo'))}, HGPO’s ${figure(named('merged anchors', 'gradient', 'hgpo K 2'))} and ${figure(named('remembering policy', 'gradient', 'hgpo K 2'))}.`,
})

interface Material {
  readonly testbed: Testbed
  readonly samples: readonly Sample[]
  /** That merges histories. */
  readonly anchor: string
  /** Anchor that distinguishes them. */
  readonly exact: string
}

async function materialOf(setting: Setting, { effort, seed = 0, catalogs }: ClaimSettings): Promise<Material> {
  const sampling = { batches: BATCHES[effort], seed }
  if (setting === 'merged anchors') {
    const testbed = await gridBed({ options: GRID, tasks: TASKS, target: 0.3, seed, catalogs })
    return {
      testbed,
      samples: mergedBy(samplesOf(testbed, sampling), 'state', placeIn),
      anchor: 'merged',
      exact: 'text',
    }
  }
  if (setting === 'aliasing 2') {
    const options = { ...GRID, aliasing: 2 }
    const testbed = await gridBed({ options, tasks: TASKS, target: 0.3, seed, catalogs })
    return { testbed, samples: samplesOf(testbed, sampling), anchor: 'text', exact: 'state' }
  }
  const models = (await gridModels({ options: GRID, tasks: TASKS, catalogs })).map(remembering)
  const testbed = testbedOf(models, advisedPolicy(models, { target: 0.3, taste: 1, seed }).policy)
  return { testbed, samples: samplesOf(testbed, sampling), anchor: 'now', exact: 'text' }
}

function placeIn(state: string): string {
  const { at }: { readonly at?: unknown } = JSON.parse(state)
  return `${at}`
}

async function figuresOf(setting: Setting, settings: ClaimSettings): Promise<readonly Figure[]> {
  const material = await materialOf(setting, settings)
  const gigpo = await estimatorNamed('gigpo', settings.catalogs)
  const hgpo = await estimatorNamed('hgpo', settings.catalogs)
  const merged = sumsOf(material, gigpo, { anchor: material.anchor }, 'step')
  const errorsAt = (anchor: string, where: string) => [
    { name: `gigpo${where}`, sums: sumsOf(material, gigpo, { anchor }, 'step') },
    ...LENGTHS.map((historyLength) => ({
      name: `hgpo K ${historyLength}${where}`,
      sums: sumsOf(material, hgpo, { anchor, historyLength }),
    })),
  ]
  const blurred = errorsAt(material.anchor, '')
  const exact = errorsAt(material.exact, ' on exact anchors')
  return KINDS.flatMap((kind) => [
    ...[...blurred, ...exact].map(({ name, sums }) => figure(named(setting, kind, name), biasOf(sums, kind))),
    ...[...blurred.slice(1), ...exact.slice(0, 1)].map(({ name, sums }) =>
      figure(excess(setting, kind, name), squaredBiasDifference(merged, sums, kind)),
    ),
  ])
}

const PLAIN: JsonObject = { norm: 'mean_norm', gamma: 1 }

const sumsOf = ({ testbed, samples }: Material, estimator: Estimator, options: JsonObject, part?: string): StateSums =>
  stateSumsOf(testbed, estimatesOf(samples, estimator, { ...PLAIN, ...options }, part))
