import type { Estimated } from '../../statistics/interval.ts'
import type { Comparison } from '../compare.ts'
import { differenceText, expectationsOf } from '../expectations.ts'
import { type MethodSummary, paired, summaryOf } from '../summary.ts'

/** What a page says about how its figures were made. */
export interface ReportFrame {
  /** That measures the same again. */
  readonly command: string
  /** Processors, memory and Node.js, in words. */
  readonly machine: string
  /** When it was measured, as YYYY-MM-DD. */
  readonly date: string
  /** Load of the machine meanwhile, in words; durations depend on it, and success does not. */
  readonly load: string
}

/** Page of a comparison: its table, paired differences, measures of steps, expectations, rates, and how it was measured. */
export function comparisonReport(comparison: Comparison, frame: ReportFrame): string {
  const methods = summaryOf(comparison.plan, comparison.reported)
  return `${[
    `# Comparison ${comparison.plan.name}`,
    aboutOf(comparison, frame),
    '## Methods',
    methodTable(methods),
    '![Success over environment steps](curves.svg)',
    '![Areas and paired differences](areas.svg)',
    '## Paired differences',
    'Area of the row minus area of the column, on the same seeds: mean, half the 95 % interval, and whether the row is better or worse. A tie is an interval that contains 0.',
    differenceTable(methods),
    '## Steps',
    MEASURES_TEXT,
    measureTable(methods),
    '## Expectations',
    expectationTable(methods),
    '## Learning rates',
    rateTable(comparison),
    '## Starts',
    startText(comparison),
  ].join('\n\n')}\n`
}

function aboutOf({ plan, reported, trials }: Comparison, { command, machine, date, load }: ReportFrame): string {
  const seconds = [...trials, ...reported].reduce((sum, run) => sum + run.seconds, 0)
  return [
    `${plan.environment} with options \`${JSON.stringify(plan.options)}\`; ${plan.budget} environment steps a run; ${plan.seeds.length} paired seeds.`,
    `Made by \`${command}\` on ${date}, ${machine}, ${load}.`,
    `${trials.length + reported.length} runs took ${Math.round(seconds)} s of run time together. Success depends on the seeds alone, durations also on the load.`,
  ].join(' ')
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, at) => (at === 0 ? '---' : '--:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const HEAD = [
  ...['method', 'rate', 'area', 'final', 'held out', 'steps to 50 %', 'steps to 80 %', 's per run'],
] as const

const methodTable = (methods: readonly MethodSummary[]): string => table(HEAD, methods.map(methodRow))

const methodRow = (method: MethodSummary): readonly string[] => [
  `\`${method.label}\``,
  `${method.rate}${method.isAtEdge ? ' (edge)' : ''}`,
  intervalText(method.area),
  method.final.toFixed(2),
  intervalText(method.heldOut),
  countText(method.stepsTo50),
  countText(method.stepsTo80),
  secondsOf(method).toFixed(1),
]

const MEASURES_TEXT = [
  'Means over iterations and seeds.',
  '*Mixed groups*: groups whose episodes have different returns.',
  '*Repeated anchors*: steps whose anchor occurs more than once in their group.',
  '*Aliasing*: pairs of anchor and action, of those seen more than once in a group, that led to several next anchors.',
  '*Step correlation*: of the advantages with the exact ones.',
  '*Pair accuracy*: pairs of a success and a failure that the reward model ordered rightly before it learnt from them.',
].join(' ')

const measureTable = (methods: readonly MethodSummary[]): string =>
  table(
    ['method', 'mixed groups', 'repeated anchors', 'aliasing', 'step correlation', 'pair accuracy'],
    methods.map(({ label, mixedGroups, repeatedAnchors, aliasing, stepCorrelation, pairAccuracy }) => [
      `\`${label}\``,
      percent(mixedGroups),
      percent(repeatedAnchors),
      aliasing === null ? '-' : `${(100 * aliasing).toFixed(1)} %`,
      stepCorrelation === null ? '-' : stepCorrelation.toFixed(2),
      pairAccuracy === null ? '-' : percent(pairAccuracy),
    ]),
  )

const secondsOf = ({ runs }: MethodSummary): number =>
  runs.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1, runs.length)

/** Mean and half the length of its interval. */
export const intervalText = (estimate: Estimated | null): string =>
  estimate === null ? '-' : `${estimate.value.toFixed(3)} ± ${(estimate.high - estimate.value).toFixed(3)}`

/** A number of steps; a dash where it was not reached. */
export const countText = (count: number | null): string => (count === null ? '-' : count.toLocaleString('en-US'))

const percent = (share: number): string => `${Math.round(100 * share)} %`

/** Methods that the others are compared with. */
const COLUMNS = ['oracle', 'evidence-closure-3', 'evidence-closure-2', 'crbc', 'rloo', 'grpo']

function differenceTable(methods: readonly MethodSummary[]): string {
  const columns = methods.filter(({ label }) => COLUMNS.includes(label))
  const head = ['minus', ...columns.map(({ label }) => `\`${label}\``)]
  const rows = methods.map((one) => [
    `\`${one.label}\``,
    ...columns.map((other) => (one === other ? '' : differenceText(paired(one, other)))),
  ])
  return table(head, rows)
}

const expectationTable = (methods: readonly MethodSummary[]): string =>
  table(
    ['expectation', 'met', 'measured'],
    expectationsOf(methods).map(({ says, isMet, found }) => [says, isMet ? 'yes' : '**no**', found]),
  )

function rateTable({ plan, trials }: Comparison): string {
  const rows = plan.methods.flatMap(({ label, isTuned }) =>
    isTuned
      ? [
          [
            `\`${label}\``,
            ...plan.rates.map((rate) =>
              trialText(trials.filter((run) => run.method === label && run.rate === rate).map(({ area }) => area)),
            ),
          ],
        ]
      : [],
  )
  const says = `Mean area on the seeds ${plan.trialSeeds.join(', ')}, which are not reported; the best rate is used.`
  return `${says}\n\n${table(['method', ...plan.rates.map(String)], rows)}`
}

const trialText = (areas: readonly number[]): string =>
  areas.length === 0 ? '-' : (areas.reduce((sum, area) => sum + area, 0) / areas.length).toFixed(3)

const startText = ({ plan, starts }: Comparison): string =>
  `Every method of a seed starts from the same policy: GRPO on graded rewards at ${plan.warm.learningRate}, until ${percent(plan.warm.success)} of the episodes succeed. Success of the starts: ${starts.map(({ seed, success }) => `seed ${seed} ${percent(success)}`).join(', ')}.`
