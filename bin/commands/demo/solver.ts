import type { Seed } from '../../../core/data/rng.ts'
import type { Group } from '../../../core/data/types.ts'
import { BACKENDS, tryBackend } from '../../../sandbox/backends.ts'
import type { Cli } from '../../cli.ts'
import type { Painter } from '../../terminal/paint.ts'
import { prepareRollout } from '../rollout/prepare.ts'
import { type RolloutReport, recordRollout } from '../rollout/record.ts'
import { demoTable, toolCallLines } from './print.ts'

/** Noise of the solver: how often it errs. */
const NOISES = [0, 0.3] as const

/** An environment that its own solver plays in this process, with and without mistakes. */
export interface Scene {
  readonly env: string
  /** Ends the names of its run folders. */
  readonly suffix: string
  readonly about: string
  readonly hooks: readonly string[]
  readonly mostGroups: number
  /** Why it cannot be shown here; null where it can. */
  missing(): Promise<string | null>
}

export const TOOLS: Scene = {
  env: 'tools/retail',
  suffix: 'tools',
  about: 'tool calls over a database',
  hooks: ['success', 'gold-progress', 'toolrl-calls', 'execution-success', 'matchtir'],
  mostGroups: 8,
  missing: async () => null,
}

export const SANDBOX: Scene = {
  env: 'sandbox/python',
  suffix: 'sandbox',
  about: 'Python code that tests decide, run in a sandbox',
  hooks: ['success', 'progress', 'tests-passed', 'test-regressions'],
  mostGroups: 2,
  // Pyodide takes a second for each program.
  missing: async () => (await tryBackend('zygote', BACKENDS.zygote)).problem,
}

export interface SceneShown {
  readonly scene: Scene
  /** Folders of its runs. */
  readonly runs: readonly string[]
  readonly reports: readonly RolloutReport[]
  /** An episode of the solver that errs. */
  readonly sample: Group | null
  readonly missing: string | null
}

interface Size {
  readonly groups: number
  readonly groupSize: number
  readonly seed: Seed
}

export async function playScene(
  scene: Scene,
  cli: Cli,
  out: string,
  size: Size,
  signal: AbortSignal,
): Promise<SceneShown> {
  const reports: RolloutReport[] = []
  let sample: Group | null = null
  const missing = await scene.missing()
  for (const noise of missing === null ? NOISES : []) {
    if (signal.aborted) break
    const settings = {
      ...size,
      groups: Math.min(scene.mostGroups, size.groups),
      env: scene.env,
      ...chosen(scene, noise),
    }
    const prepared = await prepareRollout(cli, { ...settings, out: `${out}-${scene.suffix}-${reports.length + 1}` })
    const keep = (group: Group): void => {
      if (noise > 0) sample ??= group
    }
    reports.push(await recordRollout(prepared, cli, signal, keep))
  }
  return { scene, runs: reports.flatMap(({ run }) => run ?? []), reports, sample, missing }
}

const chosen = ({ hooks }: Scene, noise: number) => ({
  agent: { reference: 'privileged', options: { noise } },
  hooks: hooks.map((reference) => ({ reference, options: {} })),
})

/** What it showed. */
export function sceneLines({ scene, reports, runs, sample, missing }: SceneShown, paint: Painter): readonly string[] {
  if (missing !== null) return [`${scene.env} is not shown: ${missing}. See npx stepgym doctor.`, '']
  const [first] = reports
  if (!first) return []
  const trajectory = sample?.trajectories[0]
  return [
    paint('bold', `${first.environment} in this process: ${scene.about}, by its own solver, which may err`),
    ...(trajectory ? ['', ...toolCallLines(trajectory)] : []),
    '',
    ...demoTable(reports, paint),
    `Recorded in ${runs.join(' and ')}`,
    '',
  ]
}
