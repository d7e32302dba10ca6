import { MEASURES, type MeasureName } from '../measures/catalog.ts'
import { kindOf, type Scores } from '../measures/evaluate.ts'
import { type ConditionResult, LEAST_BATCHES } from '../run.ts'
import { estimated, fixed, percent, table } from './cells.ts'
import { inOrder, type Overall } from './order.ts'

/** What a report says of how it was made. */
export interface ReportFrame {
  readonly command: string
  readonly rows: number
  readonly seed: number
  /** Whether one trained policy acts in every world. @default false */
  readonly isTrained?: boolean
}

/** Files of pictures by what they show. */
export interface PictureNames {
  condition(study: string, world: string): string
  strip(world: string): string
  readonly cost: string
  readonly bias: string
}

/** The whole report, as `docs/research/results/creditbench.md` has it. */
export function markdownReport(
  results: readonly ConditionResult[],
  order: readonly Overall[],
  frame: ReportFrame,
  pictures: PictureNames,
): string {
  const studies = [...new Set(results.map(({ study }) => study))]
  return [
    introduction(frame),
    ...leastLines(results, frame.rows),
    measuresSection(),
    ...studies.flatMap((study) =>
      studySection(
        study,
        results.filter((each) => each.study === study),
        order,
        pictures,
      ),
    ),
    missingSection(results),
    '',
  ].join('\n\n')
}

const ADVISED =
  'A policy is a softmax over how much worse than the best each action is, with a fixed taste of its own; its temperature is set so that it earns what the table of worlds says.'
const TRAINED =
  'The policy is a network that was trained by `stepgym train`, frozen; the table of worlds says what it earns.'

const introduction = ({ command, rows, seed, isTrained = false }: ReportFrame): string =>
  `# CreditBench

Which estimators say of a step what is true of it? Every world below is small enough that the value of every step under a frozen policy is known exactly. Groups are sampled from that policy, every registered estimator credits the same groups, and what it says is held against the truth.

This page was written by a command, and another run of it writes the same figures, times apart:

\`\`\`sh
${command}
\`\`\`

About ${rows.toLocaleString('en-US')} steps are credited in each condition, seed ${seed}. Intervals are 95 %: Student's over batches where a measure is defined on one batch, else a jackknife over ten blocks of batches. ${isTrained ? TRAINED : ADVISED}

Some methods need more than outcomes. They are given what only a bench can have: \`process\` and \`turn\` are the true advantage with normal noise of its own size, \`gain\` the change of the exact chance of success with the same noise, \`value\` and \`baseline\` the exact values of step and task. Their rows have a star and show what a method makes of good signals, not what a trained model would give it. Four planted rows must come out in their order in every table, or the bench is wrong: the truth, the truth with noise, a constant, and the truth with its sign turned.`

/** Says where more steps were credited than were asked for. */
export function leastLines(results: readonly ConditionResult[], rows: number): readonly string[] {
  const least = results.filter(({ isLeast, study }) => isLeast && study === 'worlds')
  if (least.length === 0) return []
  const counts = least.map(({ world, facts }) => `${facts.rows.toLocaleString('en-US')} in ${world}`)
  return [
    `${rows.toLocaleString('en-US')} steps are fewer than the ${LEAST_BATCHES} batches that a condition is measured on at least: credited were ${counts.join(', ')}.`,
  ]
}

const measuresSection = (): string =>
  `## What is measured\n\n${table(
    ['measure', 'better', 'what it is'],
    MEASURES.map(({ title, better, says }) => [title, better, says]),
  )}\n\nCorrelation on one batch mixes noise, which many steps of an optimiser average away, with bias, which comes back in every batch: the averaged columns separate the two. A mistake is a step that loses half of a value or more; in half of the episodes that the last two columns are measured on, one was planted.`

function studySection(
  study: string,
  results: readonly ConditionResult[],
  order: readonly Overall[],
  pictures: PictureNames,
): readonly string[] {
  if (study === 'worlds') return worldsSection(results, order, pictures)
  const worlds = [...new Set(results.map(({ world }) => world))]
  return [
    `## By ${study}`,
    ...worlds.map((world) =>
      variedSection(
        study,
        world,
        results.filter((each) => each.world === world),
        order,
        pictures,
      ),
    ),
  ]
}

const worldsSection = (
  results: readonly ConditionResult[],
  order: readonly Overall[],
  pictures: PictureNames,
): readonly string[] => [
  `## The worlds\n\n${factsTable(results)}\n\n*Repeated*: steps whose observation occurs again in their group. *Aliased*: steps whose observation is that of several states. *Mixed*: groups in which episodes earned differently.`,
  overallSection(order, pictures),
  ...results.map((result) => worldSection(result, order, pictures)),
]

const OVERALL: readonly MeasureName[] = ['cosine', 'averagedCosine', 'centredCorrelation', 'bias', 'variance']

function overallSection(order: readonly Overall[], { cost, bias }: PictureNames): string {
  const titles = OVERALL.map((name) => MEASURES.find((each) => each.name === name)?.title ?? name)
  const rows = order.map(({ label, isGiven, measures, msPer1000 }) => [
    isGiven ? `${label} *` : label,
    ...[...OVERALL.map((name) => measures[name]), msPer1000].map((value) =>
      value === undefined || value === null ? '-' : fixed(value),
    ),
  ])
  return `### All worlds together\n\nMeans over the worlds (of the time, the geometric mean). Times are of the processor, the median over batches. The order is that of every table and picture of this page: the planted rows, then the best gradient of one batch first.\n\n![quality against cost](${cost})\n\n![bias against variance](${bias})\n\n${table(['estimator', ...titles, 'ms per 1,000 steps'], rows)}`
}

const factsTable = (results: readonly ConditionResult[]): string =>
  table(
    [
      'world',
      'tasks',
      'states',
      'steps at most',
      'earned',
      'mean steps',
      'repeated',
      'aliased',
      'mixed',
      'steps credited',
    ],
    results.map(({ world, facts }) => [
      world,
      `${facts.tasks}`,
      `${facts.states}`,
      `${facts.maxSteps}`,
      facts.value.toFixed(2),
      facts.length.toFixed(1),
      percent(facts.repeated),
      percent(facts.aliased),
      percent(facts.mixed),
      facts.rows.toLocaleString('en-US'),
    ]),
  )

function worldSection(
  { study, world, scores, strip }: ConditionResult,
  order: readonly Overall[],
  pictures: PictureNames,
): string {
  const ranked = inOrder(
    scores.filter(({ reason }) => reason === null),
    order,
  )
  const rows = ranked.map((each) => [
    marked(each),
    ...MEASURES.map(({ name }) => estimated(each.measures[name])),
    percent(each.share),
    each.msPer1000.toFixed(2),
  ])
  const stripLines = strip === null ? '' : `\n\n![${world}: one episode, step by step](${pictures.strip(world)})`
  const head = ['estimator', ...MEASURES.map(({ title }) => title), 'credited', 'ms per 1,000 steps']
  return `### ${world}\n\n![${world}: estimators against the truth](${pictures.condition(study, world)})${stripLines}\n\n${table(head, rows)}`
}

function variedSection(
  study: string,
  world: string,
  results: readonly ConditionResult[],
  order: readonly Overall[],
  pictures: PictureNames,
): string {
  const rows = rowsOf(results, order).map(({ label, shown }) => [
    shown,
    ...results.flatMap(({ scores }) => VARIED.map((name) => estimated(scoreOf(scores, label)?.measures[name] ?? null))),
  ])
  const head = ['estimator', ...results.flatMap(({ value }) => [`${value}: gradient`, 'averaged gradient'])]
  const facts = results.map(
    ({ value, facts: { value: earned, length } }) => `${value}: ${earned.toFixed(2)} in ${length.toFixed(1)} steps`,
  )
  return `### ${world}, by ${study}\n\nEarned on average: ${facts.join('; ')}.\n\n![${world}, by ${study}](${pictures.condition(study, world)})\n\n${table(head, rows)}`
}

const VARIED: readonly MeasureName[] = ['cosine', 'averagedCosine']

/** A star for what was given signals that only a bench has. */
export const marked = ({ label, given }: Pick<Scores, 'label' | 'given'>): string =>
  given.length > 0 ? `${label} *` : label

/** Rows that some of the conditions have scores of, each with its star. */
export function rowsOf(
  results: readonly ConditionResult[],
  order: readonly Overall[],
): readonly { readonly label: string; readonly shown: string }[] {
  const scores = results.flatMap((each) => each.scores.filter(({ reason }) => reason === null))
  const shown = new Map(inOrder(scores, order).map((score) => [score.label, marked(score)]))
  return [...shown].map(([label, name]) => ({ label, shown: name }))
}

export const scoreOf = (scores: readonly Scores[], label: string): Scores | undefined =>
  scores.find((each) => each.label === label)

function missingSection(results: readonly ConditionResult[]): string {
  const reasons = new Map(
    results.flatMap(({ scores }) =>
      scores.flatMap(({ label, reason }) => (reason ? [[label, reason.message] as const] : [])),
    ),
  )
  const warnings = new Map(
    results.flatMap(({ scores }) =>
      scores.flatMap(({ label, warnings: own }) => own.map((each) => warningOf(label, each))),
    ),
  )
  const missing = [...reasons].map(([label, message]) => `- ${label}: ${message}`)
  const list = missing.length > 0 ? missing.join('\n') : 'None: every registered estimator has its rows.'
  return `## Not measured\n\n${list}\n\n## What the estimators warn of\n\nEach kind once, with the figures of one batch.\n\n${[...warnings.values()].map((each) => `- ${each}`).join('\n') || 'Nothing.'}`
}

/** One line for each kind of warning, with the figures of its last: some warn in nearly every batch. */
const warningOf = (label: string, warning: string): readonly [string, string] => [
  `${label}: ${kindOf(warning)}`,
  `${label}: ${warning}`,
]
