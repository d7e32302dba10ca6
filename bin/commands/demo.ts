import { join } from 'node:path'
import type { Command } from 'commander'
import type { Group } from '../../core/types.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../cli.ts'
import { demoTable, episodeLines, nextSteps, type Sample } from '../demo/print.ts'
import { exampleOf } from '../examples.ts'
import { chosenAgent } from '../find.ts'
import { FLAGS, type SettingFlags } from '../flags.ts'
import { freeFolder, type Prepared, prepareRollout } from '../rollout/prepare.ts'
import { INTERRUPTED } from '../rollout/print.ts'
import { type RolloutReport, recordRollout } from '../rollout/record.ts'
import { painterOf } from '../terminal/paint.ts'

interface DemoFlags extends Pick<SettingFlags, 'out' | 'seed' | 'groups' | 'groupSize'> {
  readonly json?: boolean
}

export function addDemo(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('demo')
    .description('see it work: two agents in the web shop, rewards for every step, everything recorded')
    .addOption(FLAGS.groups('32'))
    .addOption(FLAGS.groupSize())
    .addOption(FLAGS.seed())
    .addOption(FLAGS.out())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym demo'))
    .action(async ({ json = false, ...flags }: DemoFlags) => {
      const shown = await cli.interruptible((signal) => runDemo(flags, cli, signal))
      if (json) printJson(cli.out, shown.reports)
      else printLines(cli.out, linesOf(shown, cli))
      exit(shown.isInterrupted ? 130 : 0)
    })
}

interface Demo {
  readonly prepared: Prepared
  readonly reports: readonly RolloutReport[]
  readonly isInterrupted: boolean
  /** An episode of the expert, to show what is in a record; null where it was interrupted before. */
  readonly sample: Sample | null
}

const AGENTS = ['expert', 'random'] as const
const HOOKS = [
  { reference: 'success', options: {} },
  { reference: 'progress', options: {} },
  { reference: 'repeated-state', options: { anchor: 'page' } },
]

/** The same tasks and seeds for both agents, a run each. */
async function runDemo(flags: DemoFlags, cli: Cli, signal: AbortSignal): Promise<Demo> {
  const { out = freeFolder(cli.folder, 'demo'), groups = 32, ...chosen } = flags
  const agent = { reference: AGENTS[0], options: {} }
  const prepared = await prepareRollout(cli, { env: 'webshop', agent, hooks: HOOKS, groups, ...chosen, out })
  const reports: RolloutReport[] = []
  let sample: Sample | null = null
  for (const reference of AGENTS) {
    if (signal.aborted) break
    const ofAgent = await actedBy(reference, prepared, cli)
    reports.push(
      await recordRollout(ofAgent, cli, signal, (group) => {
        sample ??= sampleOf(ofAgent, group)
      }),
    )
  }
  return { prepared, reports, sample, isInterrupted: signal.aborted }
}

function sampleOf({ plan: { agent, world } }: Prepared, { trajectories: [trajectory] }: Group): Sample | null {
  return trajectory ? { agent: agent.name, trajectory, task: world.tasks.byId(trajectory.taskId) } : null
}

async function actedBy(reference: string, { plan, out, ...rest }: Prepared, { folder }: Cli): Promise<Prepared> {
  const agent = await chosenAgent(folder, { reference, options: {} }, plan.world.environment, plan.maxSteps)
  return { ...rest, plan: { ...plan, agent }, out: join(out, reference) }
}

function linesOf(
  { prepared: { plan }, reports, sample, isInterrupted }: Demo,
  { out, variables }: Cli,
): readonly string[] {
  const paint = painterOf(out, variables)
  const size = `${plan.groups} tasks, a group of ${plan.groupSize} episodes each`
  return [
    paint('bold', `${plan.world.environment.id}: ${size}, for an expert and for an agent that acts at random`),
    ...(sample ? ['', ...episodeLines(sample)] : []),
    '',
    ...demoTable(reports, paint),
    '',
    ...(isInterrupted ? [paint('yellow', INTERRUPTED)] : nextSteps(reports)),
  ]
}
