import type { Seed } from '../../../core/data/rng.ts'
import type { Group } from '../../../core/data/types.ts'
import type { Cli } from '../../cli.ts'
import type { Painter } from '../../terminal/paint.ts'
import { prepareRollout } from '../rollout/prepare.ts'
import { type RolloutReport, recordRollout } from '../rollout/record.ts'
import { demoTable, toolCallLines } from './print.ts'

/** Noise of the solver: how often it errs. */
const NOISES = [0, 0.3] as const
const MOST_GROUPS = 8
const HOOKS = ['success', 'gold-progress', 'toolrl-calls', 'execution-success', 'matchtir']

export interface ToolsDemo {
  /** Folders of its runs. */
  readonly runs: readonly string[]
  readonly reports: readonly RolloutReport[]
  /** An episode of the solver that errs. */
  readonly sample: Group | null
}

interface Size {
  readonly groups: number
  readonly groupSize: number
  readonly seed: Seed
}

/** Customer service by tool calls in this process, by the environment's own solver with and without mistakes. */
export async function runToolsDemo(cli: Cli, out: string, size: Size, signal: AbortSignal): Promise<ToolsDemo> {
  const reports: RolloutReport[] = []
  let sample: Group | null = null
  for (const noise of NOISES) {
    if (signal.aborted) break
    const settings = { ...size, groups: Math.min(MOST_GROUPS, size.groups), env: 'tools/retail', ...chosen(noise) }
    const prepared = await prepareRollout(cli, { ...settings, out: `${out}-tools-${reports.length + 1}` })
    const keep = (group: Group): void => {
      sample ??= group
    }
    reports.push(await recordRollout(prepared, cli, signal, keep))
  }
  return { runs: reports.flatMap(({ run }) => run ?? []), reports, sample }
}

const chosen = (noise: number) => ({
  agent: { reference: 'privileged', options: { noise } },
  hooks: HOOKS.map((reference) => ({ reference, options: {} })),
})

/** What it showed. */
export function toolsLines({ reports, runs, sample }: ToolsDemo, paint: Painter): readonly string[] {
  const [first] = reports
  if (!first) return []
  const trajectory = sample?.trajectories[0]
  return [
    paint('bold', `${first.environment} in this process: tool calls over a database, by its own solver, which may err`),
    ...(trajectory ? ['', ...toolCallLines(trajectory)] : []),
    '',
    ...demoTable(reports, paint),
    `Recorded in ${runs.join(' and ')}`,
  ]
}
