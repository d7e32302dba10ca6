import { resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { World } from '../../../core/episode/world.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { Budget } from '../../../evaluation/oracle/budget.ts'
import { DEFAULT_RANGE, type ReturnRange } from '../../../evaluation/oracle/interval.ts'
import { ResultsFile } from '../../../evaluation/oracle/results-file.ts'
import type { OracleSettings } from '../../../evaluation/oracle/settings.ts'
import type { RecordedTrajectory, Run } from '../../../records/index.ts'
import { expectSameWorld } from '../../../records/match.ts'
import type { Cli } from '../../cli.ts'
import { type Chosen, COUNT, type Reader, SHARE, TEXT } from '../../config/readers.ts'
import { chosenAgent, recordedAgent } from '../../find.ts'
import { FLAGS, readFlag } from '../../flags.ts'
import { besideOf, openRecorded, type RunLosses } from '../../recorded.ts'

export interface OracleFlags {
  readonly agent?: Chosen
  readonly env?: string
  readonly forks?: number
  readonly budget?: number
  readonly confidence?: number
  readonly gamma?: number
  readonly range?: readonly [number, number]
  readonly twoValued?: boolean
  readonly trajectory?: string
  readonly out?: string
}

/** Two numbers, the lower first, with a comma between. */
const RANGE: Reader<readonly [number, number]> = {
  expects: 'two numbers, the lower first, as LOW,HIGH',
  ofText: (text) => text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))),
  ofValue(value) {
    const [low, high, ...rest]: readonly unknown[] = Array.isArray(value) ? value : []
    if (typeof low !== 'number' || typeof high !== 'number' || rest.length > 0) return undefined
    return Number.isFinite(low) && Number.isFinite(high) && low < high ? [low, high] : undefined
  },
}

/** Flags that every command of the oracle has. */
export const withOracleFlags = (command: Command, defaultForks: number): Command =>
  withValueFlags(command.argument('<run>', 'folder of the run'), defaultForks)
    .addOption(readFlag('--trajectory <id>', 'one trajectory only', TEXT))
    .addOption(readFlag('--out <file>', 'file of the results, from which the command resumes', TEXT))
    .addOption(FLAGS.json())

/** Flags that decide what values are. */
export const withValueFlags = (command: Command, defaultForks: number): Command =>
  command
    .addOption(FLAGS.agent())
    .addOption(readFlag('--forks <n>', `play-outs, at most (default: ${defaultForks})`, COUNT))
    .addOption(readFlag('--budget <steps>', 'environment steps of all play-outs (default: no limit)', COUNT))
    .addOption(readFlag('--confidence <share>', 'how often an interval holds the truth (default: 0.95)', SHARE))
    .addOption(readFlag('--gamma <share>', 'discount a step (default: 1)', SHARE))
    .addOption(readFlag('--range <low,high>', 'what returns can be (default: 0,1)', RANGE))
    .option('--two-valued', 'returns are one end of the range or the other: narrower intervals')
    .addOption(FLAGS.env())

/** All that the oracle needs to judge a run. */
export interface Prepared {
  readonly run: Run
  readonly world: World
  readonly losses: RunLosses
  readonly settings: OracleSettings & { readonly budget: Budget; readonly range: ReturnRange }
  /** Whose values they are. */
  readonly chosen: Chosen
  /** What decides the results, in plain JSON. */
  readonly described: JsonObject
  readonly trajectories: () => Iterable<RecordedTrajectory>
}

/**
 * @throws GymError RECORD_FOREIGN, RECORD_CORRUPT, ENV_UNKNOWN, AGENT_UNKNOWN; CONFIG_INVALID for a trajectory that is
 *   not there
 */
export async function prepareOracle(cli: Cli, folder: string, flags: OracleFlags, forks: number): Promise<Prepared> {
  const { run, world, losses } = await openRecorded(cli, folder, flags.env === undefined ? {} : { env: flags.env })
  expectSameWorld(run.manifest, world)
  const chosen = flags.agent ?? agentOfRun(run)
  const agent = await agentOf(cli, run, world, flags)
  const { low, high } = DEFAULT_RANGE
  const [least, most] = flags.range ?? [low, high]
  const numbers = { forks: flags.forks ?? forks, confidence: flags.confidence ?? 0.95, gamma: flags.gamma ?? 1 }
  const range = { low: least, high: most, isTwoValued: flags.twoValued ?? false }
  const budget = new Budget(flags.budget === undefined ? {} : { steps: flags.budget })
  return {
    run,
    world,
    losses,
    settings: { agent, ...numbers, range, budget },
    chosen,
    described: { run: run.manifest.id, world: world.digest, agent: { ...chosen }, ...numbers, range },
    trajectories: () => chosenTrajectories(run, flags.trajectory),
  }
}

/** The agent of the record, under the options that it was recorded with. */
const agentOfRun = ({ manifest: { agent, agentOptions = {} } }: Run): Chosen => ({
  reference: agent,
  options: agentOptions,
})

/** The agent whose values they are: the one that is named, else the one that the run was recorded with. */
async function agentOf(cli: Cli, run: Run, world: World, flags: OracleFlags): Promise<Agent> {
  const { limits } = run.manifest
  const recorded = agentOfRun(run)
  const maxSteps = typeof limits.maxSteps === 'number' ? limits.maxSteps : world.environment.maxSteps
  if (flags.agent) return (await chosenAgent(cli.folder, flags.agent, world.environment, maxSteps)).agent
  try {
    return await recordedAgent(cli.folder, recorded, world.environment, maxSteps)
  } catch (thrown) {
    if (!(thrown instanceof GymError)) throw thrown
    const advice = 'say whose values you want with --agent NAME, with its options as NAME:key=value'
    const why = `the run was recorded with the agent ${recorded.reference}, and that cannot be had by its name alone`
    throw new GymError('AGENT_UNKNOWN', `${why} (${thrown.message}): ${advice}`, { cause: thrown })
  }
}

function* chosenTrajectories(run: Run, id: string | undefined): Generator<RecordedTrajectory> {
  let count = 0
  for (const recorded of run.trajectories())
    if (id === undefined || recorded.start.trajectoryId === id) {
      count++
      yield recorded
    }
  if (count > 0) return
  throw new GymError(
    'CONFIG_INVALID',
    id === undefined ? 'the run holds no episode' : `the run has no trajectory ${id}`,
  )
}

/** Where results are kept: what was asked for, else beside the run. */
export const outOf = (cli: Cli, folder: string, { out }: OracleFlags, ending: string): string =>
  out ?? besideOf(cli.folder, folder, ending)

export const resultsIn = <Row extends object>(
  cli: Cli,
  out: string,
  described: JsonObject,
  read: (line: JsonObject) => Row | null,
): ResultsFile<Row> => ResultsFile.open(resolve(cli.folder, out), described, read)
