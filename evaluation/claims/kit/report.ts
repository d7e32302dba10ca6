import { table } from '../../creditbench/report/cells.ts'
import type { Estimated } from '../../statistics/interval.ts'
import { type ClaimResult, words } from './claim.ts'
import type { Figure, Judged } from './verdict.ts'

export interface ClaimsFrame {
  /** The command that writes the same page again. */
  readonly command: string
}

/** A page of Markdown: all verdicts, then each claim with its conditions and figures. */
export const claimsReport = (results: readonly ClaimResult[], frame: ClaimsFrame): string =>
  [introduction(frame), summary(results), ...results.map(section), ''].join('\n\n')

const introduction = ({ command }: ClaimsFrame): string => `# Claims, tested

What is said of credit assignment in print, and of our own findings, held against worlds that can be solved exactly. Each claim is one file in \`evaluation/claims/\`: what would have to hold is written there as conditions on figures, before anything is measured, and the verdict follows from the figures’ intervals alone. A claim is confirmed where all of its conditions are, refuted where one is, and else undecided; a condition is confirmed where the whole 95 % interval is on its side of the bound, refuted where all of it is on the other.

This page was written by a command, and another run of it writes the same numbers:

\`\`\`sh
${command}
\`\`\`

Where a test was changed after a first look at its numbers, its section says so. A verdict is about the claim as its section words it, tested in the world that is named there. Small worlds with exact values and honest planted signals say how a method behaves when its premises hold or fail; they say nothing about how large the effect is with a language model.`

const summary = (results: readonly ClaimResult[]): string =>
  `## Verdicts\n\n${textTable(
    ['claim', 'verdict', 'in numbers'],
    results.map(({ name, claim, verdict, says }) => [`[${claim}](#${name})`, `**${verdict}**`, says]),
  )}`

const section = ({ name, claim, source, method, verdict, conditions, beside, figures, says }: ClaimResult): string =>
  [
    `## ${name}`,
    `*${claim}.* (${source})`,
    `**${capitalised(verdict)}.** ${says}`,
    `How it was tested: ${method}`,
    `### Conditions of the verdict on ${name}`,
    conditionTable(conditions, figures),
    ...(beside.length > 0 ? [`### Beside it: ${name}`, conditionTable(beside, figures)] : []),
    `### Figures of ${name}`,
    table(
      ['figure', 'estimate', '95 % interval'],
      figures.map(({ name: of, estimate }) => [of, ...cellsOf(estimate)]),
    ),
  ].join('\n\n')

const capitalised = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

const conditionTable = (conditions: readonly Judged[], figures: readonly Figure[]): string =>
  textTable(
    ['what it would mean', 'figure', 'has to be', 'is', 'verdict'],
    conditions.map(({ says, figure, is, bound, verdict }) => [
      says,
      figure,
      `${is} ${is === 'within' ? `±${bound}` : bound}`,
      words(figures.find(({ name }) => name === figure)?.estimate ?? null),
      verdict,
    ]),
  )

/** All columns to the left. */
const textTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  table(head, rows).replace(/^(\| ---)(.*)$/m, (line) => line.replaceAll('--:', '---'))

/** Estimate and interval; exact figures have none. */
function cellsOf(estimate: Estimated | null): readonly [string, string] {
  if (estimate === null) return ['unknown', '-']
  const [value = '', interval] = words(estimate).split(' (')
  return [value, interval === undefined ? 'exact' : interval.slice(0, -1)]
}
