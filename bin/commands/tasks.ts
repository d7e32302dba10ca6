import type { Command } from 'commander'
import { counted } from '../../core/data/shown.ts'
import type { Task } from '../../core/data/types.ts'
import { type CommandHost, printJson, printLines } from '../cli.ts'
import { COUNT, POSITION } from '../config/readers.ts'
import { readSettings } from '../config.ts'
import { exampleOf } from '../examples.ts'
import { chosenWorld } from '../find.ts'
import { FLAGS, readFlag, type SettingFlags, settingsOfFlags } from '../flags.ts'
import { painterOf } from '../terminal/paint.ts'

interface TasksFlags extends SettingFlags {
  readonly offset?: number
  readonly limit?: number
  readonly json?: boolean
}

export function addTasks(program: Command, { cli }: CommandHost): void {
  program
    .command('tasks')
    .addOption(FLAGS.env())
    .addOption(FLAGS.set())
    .addOption(FLAGS.mcpServers())
    .addOption(FLAGS.environmentServers())
    .addOption(FLAGS.split())
    .addOption(readFlag('--offset <n>', 'tasks to pass over (default: 0)', POSITION))
    .addOption(readFlag('--limit <n>', 'tasks to list (default: 20)', COUNT))
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym tasks --env webshop --split test --limit 5'))
    .action(async (flags: TasksFlags) => {
      const listed = await listTasks(flags)
      if (flags.json) printJson(cli.out, listed)
      else printLines(cli.out, linesOf(listed))
    })

  async function listTasks({ offset = 0, limit = 20, ...flags }: TasksFlags): Promise<TaskPage> {
    const settings = await readSettings(cli, settingsOfFlags(flags))
    const { environment, tasks } = await chosenWorld(cli.folder, settings)
    const { split = tasks.splits[0] ?? '' } = settings
    const total = tasks.size(split)
    const indexes = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) => offset + index)
    return {
      environment: environment.id,
      splits: tasks.splits,
      split,
      total,
      offset,
      tasks: indexes.map((index) => publicPart(tasks.at(split, index))),
    }
  }

  function linesOf({ environment, splits, split, total, offset, tasks }: TaskPage): readonly string[] {
    const paint = painterOf(cli.out, cli.variables)
    const range = tasks.length === 0 ? 'none' : `${offset} to ${offset + tasks.length - 1}`
    return [
      paint('bold', `${environment}, split ${split} of ${splits.join(', ')}: ${range} of ${counted(total, 'task')}`),
      ...tasks.map((task) => `${task.id}  ${JSON.stringify(task.public)}`),
    ]
  }
}

/** Nothing that is private. */
interface TaskPage {
  readonly environment: string
  readonly splits: readonly string[]
  readonly split: string
  readonly total: number
  readonly offset: number
  readonly tasks: readonly Pick<Task, 'id' | 'public'>[]
}

const publicPart = ({ id, public: open }: Task): Pick<Task, 'id' | 'public'> => ({ id, public: open })
