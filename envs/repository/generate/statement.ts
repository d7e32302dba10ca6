import type { CallResult } from '../projects/program.ts'
import type { Project } from '../projects/project.ts'
import type { ModuleMutation } from './faults.ts'
import { type Check, shownCall } from './tests.ts'

/** What an issue can say. */
interface Report {
  readonly project: Project
  readonly faults: readonly ModuleMutation[]
  /** Calls with a wrong result, and what they give. */
  readonly examples: readonly { readonly check: Check; readonly found: CallResult }[]
  readonly report: 'call' | 'function' | 'package'
}

/** The issue: as much as `report` says, and no more than the examples show. */
export function statementOf({ project, faults, examples, report }: Report): string {
  const many = faults.length > 1 ? `There are ${faults.length} mistakes in` : 'There is a mistake in'
  return [
    `${many} the package \`${project.name}\`: it does not do what its functions say of themselves. Repair it.`,
    ...(report === 'package' ? [] : [linesOf(examples, report).join('\n')]),
    'Do not change what right code does. The tests in `tests` may show too little; hidden tests decide.',
  ].join('\n\n')
}

const MOST_EXAMPLES = 3

/** One example of each function. */
function linesOf(examples: Report['examples'], report: 'call' | 'function'): readonly string[] {
  const byFunction = new Map(examples.map((each) => [`${each.check.module}.${each.check.name}`, each] as const))
  const chosen = [...byFunction].slice(0, MOST_EXAMPLES)
  if (report === 'function') return chosen.map(([name]) => `- \`${name}\` gives wrong results.`)
  return chosen.map(
    ([, { check, found }]) => `- \`${shownCall(check)}\` ${givenOf(found)}, expected \`${check.expected}\`.`,
  )
}

const givenOf = (found: CallResult): string =>
  typeof found === 'object' && found !== null ? `gives \`${found.value}\`` : 'raises an error'
