import { ATTACKS, type AttackOutcome, attackWith } from '../../../sandbox/attacks/index.ts'
import { BACKENDS, chooseBackend, describedBackend, tryBackend } from '../../../sandbox/backends.ts'
import { controllersHere, describedControllers } from '../../../sandbox/linux/cgroups.ts'
import { BACKEND_NAMES, type BackendName } from '../../../sandbox/types.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { painterOf } from '../../terminal/paint.ts'
import { type Finding, well } from './finding.ts'

/** The back end of sandboxes on this machine, and what is missing for others: none is needed, so all is well. */
export async function sandboxFinding(): Promise<Finding> {
  const chosen: string[] = []
  const others: string[] = []
  for (const [name, make] of Object.entries(BACKENDS)) {
    // gVisor is stronger than what is chosen before it, and slower: it is there by its name only.
    if (chosen.length > 0 && name !== 'gvisor') continue
    const { backend, problem } = await tryBackend(name, make)
    if (problem !== null) others.push(`not ${name}: ${problem}`)
    else if (chosen.length > 0) others.push(`by its name also ${describedBackend(backend)}`)
    else chosen.push(describedBackend(backend), ...groupsOf(name))
  }
  return well('sandbox', [...chosen, ...others].join('; '))
}

const groupsOf = (name: string): readonly string[] =>
  name === 'pyodide' ? [] : [`control groups: ${describedControllers(controllersHere())}`]

/** Names that `--backend` takes. */
export const BACKEND_CHOICES = ['auto', ...BACKEND_NAMES] as const

/** Which back end is attacked, and how the outcomes are shown. */
export interface AttackFlags {
  readonly backend?: BackendName | 'auto'
  readonly json?: boolean
}

/**
 * Runs the table of attacks, and shows what stopped each.
 * @throws GymError SANDBOX_UNAVAILABLE
 */
export async function runAttacks(
  { cli, exit }: CommandHost,
  { backend: choice = 'auto', json = false }: AttackFlags,
): Promise<void> {
  const backend = await chooseBackend(choice)
  const outcomes: AttackOutcome[] = []
  for await (const outcome of attackWith(backend, ATTACKS)) {
    outcomes.push(outcome)
    if (!json) printLines(cli.out, linesOf(outcome, painterOf(cli.out, cli.variables)))
  }
  const open = outcomes.filter(({ isStopped }) => !isStopped)
  const { versions } = backend
  if (json) printJson(cli.out, { backend: backend.name, versions, isStopped: open.length === 0, attacks: outcomes })
  else printLines(cli.out, [verdictOf(backend.name, outcomes.length, open.length)])
  exit(open.length === 0 ? 0 : 1)
}

const verdictOf = (backend: string, count: number, open: number): string =>
  open === 0
    ? `${backend}: all ${count} attacks were stopped`
    : `${backend}: ${open} of ${count} attacks were not stopped: run nothing that you do not trust`

function linesOf(
  { what, isStopped, layers, evidence }: AttackOutcome,
  paint: ReturnType<typeof painterOf>,
): readonly string[] {
  if (isStopped) return [`${paint('green', '✓')} ${what}: stopped by ${layers.join(', ')}`]
  return [paint('red', `✗ ${what}: not stopped`), ...evidence.map((each) => `    ${each}`)]
}
