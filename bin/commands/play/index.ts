import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import type { Json, Trajectory } from '../../../core/data/types.ts'
import type { World } from '../../../core/episode/world.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { createRun, type Recorder } from '../../../records/index.ts'
import { type CommandHost, type ExitCode, printLines } from '../../cli.ts'
import { POSITION } from '../../config/readers.ts'
import { readSettings, type Settings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenHooks, chosenWorld } from '../../find.ts'
import { FLAGS, readFlag, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { widthOf } from '../../terminal/fit.ts'
import { painterOf } from '../../terminal/paint.ts'
import { groupSeed } from '../rollout/group-seed.ts'
import { pathOf, type Total, totalsOf } from '../show/run.ts'
import { typed } from './dialogue.ts'
import { actionLines, endLines, HELP, stepLines } from './print.ts'
import { HUMAN, PlaySession } from './session.ts'
import { briefLines, toolCallOf } from './tools.ts'

interface PlayFlags extends SettingFlags {
  readonly task?: number
}

export function addPlay(program: Command, { cli, exit }: CommandHost): void {
  const paint = painterOf(cli.out, cli.variables)
  const print = (lines: readonly string[]): void => printLines(cli.out, lines)

  program
    .command('play')
    .description('play one episode by hand: observations, numbered actions, every reward')
    .argument('<env>', 'environment: a name, name@version, or the path of a module')
    .addOption(FLAGS.set())
    .addOption(FLAGS.mcpServers())
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
      exit(await cli.interruptible((signal) => play(settings, task, signal)))
    })

  async function play(settings: Settings, number: number, signal: AbortSignal): Promise<ExitCode> {
    const world = await chosenWorld(cli.folder, settings)
    const { seed = 0, split = world.tasks.splits[0] ?? '', maxSteps = world.environment.maxSteps } = settings
    const task = world.tasks.at(split, number)
    const hooks = await chosenHooks(cli.folder, settings.hooks ?? [])
    const recorder = recorderOf(world, { ...settings, seed, maxSteps }, hooks)
    try {
      const runKey = recorder?.manifest.runKey ?? randomBytes(16).toString('hex')
      const given = { task, seed: groupSeed(seed, number), maxSteps, signal }
      const session = await PlaySession.start(world, given, { hooks, runKey, ...(recorder && { log: recorder }) })
      print([paint('bold', `${world.environment.id}, task ${task.id} of ${split}: ${maxSteps} steps at most`), ...HELP])
      print(briefLines(task.public, widthOf(cli.out), paint))
      await converse(session, signal)
      const { trajectories, aborted } = await session.close()
      print(['', ...endLines(session, finalTotals(session.id, [...trajectories, ...aborted]), paint)])
      if (recorder) print([`recorded in ${settings.out}`])
      if (signal.aborted) return 130
      return session.hasFailed ? 1 : 0
    } finally {
      recorder?.close()
    }
  }

  function recorderOf(
    world: World,
    { out, seed, maxSteps, fsync = false }: Settings,
    hooks: Awaited<ReturnType<typeof chosenHooks>>,
  ): Recorder | null {
    if (out === undefined) return null
    const setup = { world, agent: HUMAN, hooks, seed: seed ?? null, limits: maxSteps ? { maxSteps } : {} }
    return createRun(resolve(cli.folder, out), setup, { fsync })
  }

  async function converse(session: PlaySession, signal: AbortSignal): Promise<void> {
    situation(session)
    prompt()
    for await (const line of cli.lines(signal)) {
      if (cli.out.isTTY !== true) print([`> ${line}`])
      if (signal.aborted || !(await answered(session, line))) return
      prompt()
    }
  }

  /** False where the player leaves. */
  async function answered(session: PlaySession, line: string): Promise<boolean> {
    const input = typed(line, session.actions)
    switch (input.kind) {
      case 'nothing':
        return session.ending === null
      case 'quit':
        return false
      case 'help':
        print(HELP)
        return true
      case 'unknown':
        print([paint('yellow', `there is no command :${input.name}`), ...HELP])
        return true
      case 'actions':
        print(actionLines(session.actions, widthOf(cli.out), paint, Number.POSITIVE_INFINITY))
        return true
      case 'undo':
        await undo(session)
        return true
      case 'action':
        await take(session, toolCallOf(input.action, session.brief) ?? input.action)
        return !session.hasFailed
    }
  }

  async function take(session: PlaySession, action: Json): Promise<void> {
    if (session.ending !== null) return print([paint('yellow', `the episode has ${session.ending}`), OVER])
    const step = await session.take(action)
    if (step) print(stepLines(step, paint))
    if (!session.hasFailed) situation(session)
  }

  async function undo(session: PlaySession): Promise<void> {
    try {
      await session.undo()
      situation(session)
    } catch (thrown) {
      if (!(thrown instanceof GymError) || thrown.code === 'RECORD_FAILED') throw thrown
      print([paint('yellow', messageOf(thrown))])
    }
  }

  function situation(session: PlaySession): void {
    const { observation, actions, ending, path } = session
    print(['', paint('bold', `step ${path.length}`), ...observation.split('\n')])
    if (ending === null) print(actionLines(actions, widthOf(cli.out), paint))
    else print([...endLines(session, totalsOf(session.path, session.rewards), paint), OVER])
  }

  function prompt(): void {
    if (cli.out.isTTY === true) cli.out.write('> ')
  }
}

/** With what process and group hooks judged late. */
function finalTotals(id: string, all: readonly Trajectory[]): readonly Total[] {
  const played = all.find((each) => each.id === id)
  return played ? totalsOf(pathOf(played, new Branches(all)), played.rewards) : []
}

const OVER = ':undo takes the last step back, :quit leaves'
