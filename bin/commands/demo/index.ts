import type { Command } from 'commander'
import { counted } from '../../../core/data/shown.ts'
import type { Group } from '../../../core/data/types.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../../cli.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, type SettingFlags } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { freeFolder } from '../rollout/prepare.ts'
import { INTERRUPTED } from '../rollout/print.ts'
import type { RolloutReport } from '../rollout/record.ts'
import { firstTask, prepareRemote, type RemotePlan, rollOutRemotely } from '../rollout/remote.ts'
import { demoTable, episodeLines, nextSteps, type Sample, servedLines } from './print.ts'
import { type ModelShown, modelLinesOf, showModel } from './reward-model.ts'
import { demoServer } from './server.ts'
import { playScene, SANDBOX, type SceneShown, sceneLines, TOOLS } from './solver.ts'

interface DemoFlags extends Pick<SettingFlags, 'out' | 'seed' | 'groups' | 'groupSize'> {
  readonly json?: boolean
}

export function addDemo(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('demo')
    .addOption(FLAGS.groups('32'))
    .addOption(FLAGS.groupSize())
    .addOption(FLAGS.seed())
    .addOption(FLAGS.out())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym demo'))
    .action(async ({ json = false, ...flags }: DemoFlags) => {
      const shown = await cli.interruptible((signal) => runDemo(flags, cli, signal))
      if (json) printJson(cli.out, reportsOf(shown))
      else printLines(cli.out, linesOf(shown, cli))
      exit(shown.isInterrupted ? 130 : 0)
    })
}

interface Demo {
  /** Folder of the run. */
  readonly out: string
  readonly server: string
  readonly groups: number
  readonly groupSize: number
  readonly reports: readonly RolloutReport[]
  readonly isInterrupted: boolean
  /** Tool calls, and code in a sandbox, in this process; none where it was interrupted before. */
  readonly scenes: readonly SceneShown[]
  /** A reward model; null where it was interrupted before. */
  readonly model: ModelShown | null
  /** An episode of the expert, to show what is in a record; null where it was interrupted before. */
  readonly sample: Sample | null
}

const AGENTS = ['expert', 'random'] as const
/** Groups that run concurrently: while one waits for its late rewards, others play. */
const CONCURRENCY = 4

/** The same tasks and seeds for both agents, over a socket each, recorded in one run by the server. */
async function runDemo(flags: DemoFlags, cli: Cli, signal: AbortSignal): Promise<Demo> {
  const { out = freeFolder(cli.folder, 'demo'), groups = 32, groupSize = 4, seed = 0 } = flags
  const server = await demoServer(cli, out, seed)
  const reports: RolloutReport[] = []
  let sample: Sample | null = null
  try {
    for (const reference of AGENTS) {
      if (signal.aborted) break
      const agent = { reference, options: {} }
      const settings = { env: 'webshop', agent, groups, groupSize, seed, concurrency: CONCURRENCY }
      const plan = await prepareRemote(cli, server.url, settings)
      const keep = (group: Group): void => {
        sample ??= sampleOf(plan, group)
      }
      reports.push(await rollOutRemotely(plan, cli, signal, keep))
    }
  } finally {
    await server.close('the demo is over')
  }
  const model = signal.aborted ? null : await showModel(cli, out, { groups, groupSize, seed }, signal)
  const scenes: SceneShown[] = []
  for (const scene of signal.aborted ? [] : [TOOLS, SANDBOX])
    scenes.push(await playScene(scene, cli, out, { groups, groupSize, seed }, signal))
  return { out, server: server.url, groups, groupSize, reports, scenes, model, sample, isInterrupted: signal.aborted }
}

const reportsOf = ({ reports, model, scenes }: Demo): readonly RolloutReport[] => [
  ...reports,
  ...(model?.missing === null ? [model.report] : []),
  ...scenes.flatMap((scene) => scene.reports),
]

/** An episode in the task that the server has shown. */
function sampleOf(plan: RemotePlan, { trajectories: [trajectory] }: Group): Sample | null {
  const task = firstTask(plan)
  return trajectory && task?.id === trajectory.taskId ? { agent: plan.agent.name, trajectory, task } : null
}

function linesOf(demo: Demo, { out, variables }: Cli): readonly string[] {
  const { server, groups, groupSize, reports, scenes, model, sample, isInterrupted } = demo
  const paint = painterOf(out, variables)
  const size = `${counted(groups, 'task')}, a group of ${counted(groupSize, 'episode')} each`
  return [
    paint('bold', `webshop@1 over WebSockets: ${size}, for an expert and for an agent that acts at random`),
    ...(sample ? ['', ...episodeLines(sample)] : []),
    '',
    ...demoTable(reports, paint),
    ...servedLines(reports, server, demo.out),
    '',
    ...(model ? modelLinesOf(model, paint) : []),
    ...scenes.flatMap((shown) => sceneLines(shown, paint)),
    ...(isInterrupted ? [paint('yellow', INTERRUPTED)] : nextSteps(demo.out)),
  ]
}
