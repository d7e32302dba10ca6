import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Trajectory } from '../../../core/data/types.ts'
import type { World } from '../../../core/episode/world.ts'
import type { HookSet } from '../../../core/reward/hook.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { groupSeed } from '../../../core/rollout/group-seed.ts'
import { createRun, type Recorder } from '../../../records/index.ts'
import { pathOf, type Total, totalsOf } from '../../../records/totals.ts'
import { type Cli, type CommandHost, type ExitCode, lateReporter, printLines } from '../../cli.ts'
import { POSITION } from '../../config/readers.ts'
import { readSettings, type Settings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenHooks, chosenWorld } from '../../find.ts'
import { FLAGS, readFlag, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { widthOf } from '../../terminal/fit.ts'
import { painterOf } from '../../terminal/paint.ts'
import { PlayConsole } from './console.ts'
import { endLines, HELP } from './print.ts'
import { HUMAN, PlaySession } from './session.ts'
import { briefLines } from './tools.ts'

interface PlayFlags extends SettingFlags {
  readonly task?: number
}

export function addPlay(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('play')
    .argument('<env>', 'environment: a name, name@version, or the path of a module')
    .addOption(FLAGS.set())
    .addOption(FLAGS.mcpServers())
    .addOption(FLAGS.environmentServers())
    .addOption(FLAGS.split())
    .addOption(readFlag('--task <n>', 'task of the split, counted from 0 (default: 0)', POSITION))
    .addOption(FLAGS.seed())
    .addOption(FLAGS.maxSteps())
    .addOption(FLAGS.hook())
    .addOption(FLAGS.out())
    .addHelpText(
      'after',
      exampleOf('stepgym play webshop', 'stepgym play grid --set world=sokoban --hook success --out runs/by-hand'),
    )
    .action(async (env: string, { task = 0, ...flags }: PlayFlags) => {
      const settings = await readSettings(cli, { ...settingsOfFlags(flags), env })
      const playing = (): Promise<ExitCode> => cli.interruptible((signal) => play(cli, settings, task, signal))
      exit(await cli.guarded({ report: lateReporter(cli) }, playing))
    })
}

async function play(cli: Cli, settings: Settings, number: number, signal: AbortSignal): Promise<ExitCode> {
  const paint = painterOf(cli.out, cli.variables)
  const print = (lines: readonly string[]): void => printLines(cli.out, lines)
  const world = await chosenWorld(cli.folder, settings)
  const { seed = 0, split = world.tasks.splits[0] ?? '', maxSteps = world.environment.maxSteps } = settings
  const task = world.tasks.at(split, number)
  const hooks = await chosenHooks(cli.folder, settings)
  const recorder = recorderOf(cli.folder, world, { ...settings, seed, maxSteps }, hooks)
  try {
    const runKey = recorder?.manifest.runKey ?? randomBytes(16).toString('hex')
    const given = { task, seed: groupSeed(seed, number), maxSteps, signal }
    const session = await PlaySession.start(world, given, { hooks, runKey, ...(recorder && { log: recorder }) })
    print([paint('bold', `${world.environment.id}, task ${task.id} of ${split}: ${maxSteps} steps at most`), ...HELP])
    print(briefLines(task.public, widthOf(cli.out), paint))
    await new PlayConsole(cli, session).converse(signal)
    const { trajectories, aborted } = await session.close()
    print(['', ...endLines(session, finalTotals(session.id, [...trajectories, ...aborted]), paint)])
    if (recorder) print([`recorded in ${settings.out}`])
    if (signal.aborted) return 130
    return session.hasFailed ? 1 : 0
  } finally {
    recorder?.close()
    await closeHooks(hooks)
  }
}

function recorderOf(
  folder: string,
  world: World,
  { out, seed, maxSteps, fsync = false }: Settings,
  hooks: HookSet,
): Recorder | null {
  if (out === undefined) return null
  const setup = { world, agent: HUMAN, hooks, seed: seed ?? null, limits: maxSteps ? { maxSteps } : {} }
  return createRun(resolve(folder, out), setup, { fsync })
}

/** With what process and group hooks judged late. */
function finalTotals(id: string, all: readonly Trajectory[]): readonly Total[] {
  const played = all.find((each) => each.id === id)
  return played ? totalsOf(pathOf(played, new Branches(all)), played.rewards) : []
}
