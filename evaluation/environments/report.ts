import type { AgentFacts, EnvironmentFacts } from './measure.ts'
import type { PlaySettings } from './play.ts'

/** An environment that was to be compared: facts, or why there are none. */
export type Compared =
  | { readonly name: string; readonly facts: EnvironmentFacts; readonly problem: null }
  | { readonly name: string; readonly facts: null; readonly problem: string }

/** How a comparison was made. */
export interface ReportFrame extends PlaySettings {
  /** The command that writes the page again. */
  readonly command: string
  /** Estimators in their order; the others are held against the first. */
  readonly estimators: readonly string[]
}

/** Headings and cells of a table. */
export interface Table {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const HEADINGS = [
  'environment',
  'most steps',
  'steps of the expert',
  'actions',
  'success: expert',
  'random',
  'return: expert',
  'random',
  'repeated anchors',
  'degenerate groups',
  'steps/s',
]

/** What environments are like: a row for each that could be played. */
export const environmentTable = (all: readonly Compared[]): Table => ({
  headings: HEADINGS,
  rows: all.flatMap(({ name, facts }) => (facts === null ? [] : [[name, ...cellsOf(facts)]])),
})

/** How far estimators agree with the first one, by environment. */
export const estimatorTable = (all: readonly Compared[], [, ...others]: readonly string[]): Table => ({
  headings: ['environment', ...others],
  rows: all.flatMap(({ name, facts }) =>
    facts?.expert ? [[name, ...others.map((other) => fraction(facts.correlations[other]))]] : [],
  ),
})

/** The page that compares environments, as Markdown. */
export function environmentsPage(all: readonly Compared[], frame: ReportFrame): string {
  const absent = all.flatMap(({ name, problem }) => (problem === null ? [] : [`- \`${name}\`: ${problem}`]))
  return [
    '# Environments compared',
    '',
    INTRODUCTION,
    '',
    `Written by \`${frame.command}\`: ${frame.groups} groups of ${frame.groupSize} for each agent, seed ${frame.seed}, default options, tasks of the first split.`,
    '',
    ...markdownOf(environmentTable(all)),
    '',
    LEGEND,
    '',
    '## Which environments separate estimators',
    '',
    `Correlation of an estimator's advantages with those of \`${frame.estimators[0] ?? ''}\`, over all steps of the expert's groups. At 1 an estimator says there what the outcome of the episode says, and environments in which all have 1 cannot compare them; – where one of the two gives every step the same.`,
    '',
    ...markdownOf(estimatorTable(all, frame.estimators)),
    '',
    HEADROOM,
    ...(absent.length === 0 ? [] : ['', '## Not measured', '', ...absent]),
    '',
  ].join('\n')
}

const INTRODUCTION =
  'This page says what the environments of the package are like: how long their episodes are, how many actions there are to choose from, how well an expert and chance do, and what estimators of credit can find there. [write-an-environment.md](write-an-environment.md) shows how to write one.'

const LEGEND =
  'Steps and actions are means; actions are those listed as admissible, – where an environment lists none, and where no agent of the kind can act. Repeated anchors: steps of the expert at an observation at which another member of its group stood, too; an estimator that groups steps by anchors compares only those. Degenerate groups: groups of the expert whose members all have one return, in which no estimator by group has anything to compare: where the expert always succeeds, compare with a weaker agent (`--agent`). Steps per second are of one process with the random agent in it (the expert where chance cannot act), on the machine that wrote the page: compare them with each other only.'

const HEADROOM =
  'How much better than `rloo` an estimator could be at most is known where true values can be computed: [the comparison by training](research/comparison.md) has that distance in `shop-miniature`, and [CreditBench](research/creditbench.md) every estimator against exact advantages in six worlds.'

function cellsOf({ maxSteps, expert, random, repeated, degenerate }: EnvironmentFacts): readonly string[] {
  return [
    `${maxSteps}`,
    decimal(expert?.steps),
    decimal(random?.actions ?? expert?.actions),
    percent(expert?.success),
    percent(random?.success),
    fraction(expert?.meanReturn),
    fraction(random?.meanReturn),
    percent(repeated),
    percent(degenerate),
    rate(random ?? expert),
  ]
}

const ABSENT = '–'
type Known = number | null | undefined
const shownBy =
  (show: (value: number) => string) =>
  (value: Known): string =>
    value === null || value === undefined ? ABSENT : show(value)

const decimal = shownBy((value) => value.toFixed(1))
const fraction = shownBy((value) => value.toFixed(2))
const percent = shownBy((value) => `${Math.round(100 * value)} %`)
const thousands = shownBy((value) => value.toLocaleString('en-US', { maximumSignificantDigits: 2 }))
const rate = (facts: AgentFacts | null): string => thousands(facts?.msPerStep && 1000 / facts.msPerStep)

const markdownOf = ({ headings, rows }: Table): readonly string[] => [
  lineOf(headings),
  lineOf(headings.map((_, at) => (at === 0 ? '---' : '---:'))),
  ...rows.map(lineOf),
]

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
