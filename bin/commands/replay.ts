import type { Command } from 'commander'
import { counted } from '../../core/data/shown.ts'
import { type Divergence, type Replayed, replayRun } from '../../records/index.ts'
import { type CommandHost, printJson, printLines } from '../cli.ts'
import { exampleOf } from '../examples.ts'
import { FLAGS } from '../flags.ts'
import { openRecorded, type RunLosses, runProgress } from '../recorded.ts'
import { painterOf } from '../terminal/paint.ts'

interface ReplayFlags {
  readonly live?: boolean
  readonly env?: string
  readonly json?: boolean
}

interface ReplayReport {
  readonly run: string
  readonly environment: string
  readonly losses: RunLosses
  readonly episodes: number
  /** Steps that were found as recorded. */
  readonly steps: number
  /** Episodes that led to something else. */
  readonly divergences: number
  /** The first of them, in full. */
  readonly first: Divergence | null
}

export function addReplay(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('replay')
    .argument('<run>', 'folder of the run')
    .option('--live', 'ask the world outside again and compare its answers, too')
    .addOption(FLAGS.env())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym replay runs/a'))
    .action(async (folder: string, { json = false, ...flags }: ReplayFlags) => {
      const report = await replay(folder, flags)
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
      exit(report.episodes > 0 && report.divergences === 0 ? 0 : 1)
    })

  async function replay(folder: string, { live = false, ...flags }: ReplayFlags): Promise<ReplayReport> {
    const { run, world, losses } = await openRecorded(cli, folder, flags)
    const progress = runProgress(run, cli.err)
    const replayed: Replayed[] = []
    try {
      for await (const episode of replayRun(world, run, { live })) {
        replayed.push(episode)
        progress.add(1)
      }
    } finally {
      progress.clear()
    }
    return { ...reportOf(folder, world.environment.id, replayed), losses }
  }

  function linesOf({ environment, episodes, steps, divergences, first }: ReplayReport): readonly string[] {
    const paint = painterOf(cli.out, cli.variables)
    const counts = `${counted(episodes, 'episode')}, ${counted(steps, 'step')} as recorded`
    if (episodes === 0) return [`${environment}: ${paint('red', 'nothing to replay, the run holds no episode')}`]
    const verdict = `${counted(divergences, 'episode')} led to something else`
    return [
      `${environment}: ${counts}`,
      divergences === 0 ? paint('green', 'no divergence') : paint('red', verdict),
      ...(first ? ['', ...divergenceLines(first)] : []),
    ]
  }
}

function reportOf(run: string, environment: string, replayed: readonly Replayed[]): Omit<ReplayReport, 'losses'> {
  const divergences = replayed.flatMap(({ divergence }) => (divergence ? [divergence] : []))
  return {
    run,
    environment,
    episodes: replayed.length,
    steps: replayed.reduce((sum, { steps }) => sum + steps, 0),
    divergences: divergences.length,
    first: divergences[0] ?? null,
  }
}

function divergenceLines({ trajectoryId, index, what, expected, got }: Divergence): readonly string[] {
  const where = index === null ? 'its start' : `step ${index}`
  return [
    `The first: trajectory ${trajectoryId}, ${where}, ${what}`,
    '  recorded',
    ...indented(expected),
    '  now',
    ...indented(got),
  ]
}

const indented = (value: unknown): readonly string[] =>
  (typeof value === 'string' ? value : JSON.stringify(value, null, 2)).split('\n').map((line) => `    ${line}`)
