import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Seed } from '../../../core/data/rng.ts'
import { withSoftware } from '../../../core/episode/world.ts'
import { attributed, writeWhole } from '../../../records/files.ts'
import { createRun, type Recorder } from '../../../records/index.ts'
import type { Reading } from '../../../rewards/monitors/reading.ts'
import { TrainingMonitors } from '../../../rewards/monitors/training-monitors.ts'
import { saveOnlineReward } from '../../../rewards/process/index.ts'
import type { TrainingCheckpoint } from '../../../training/checkpoint.ts'
import type { HeldOut, IterationReport } from '../../../training/iteration.ts'
import { begunTraining, inTrainingFolder, keptTraining, openTraining, TRAINING_FILES } from '../../../training/kept.ts'
import type { PolicyReward } from '../../../training/reward-model.ts'
import { withModel } from '../../../training/train.ts'
import { type Cli, printLines } from '../../cli.ts'
import { progressBar } from '../../terminal/progress.ts'
import { curvesSvg } from './curves.ts'
import type { PreparedTraining } from './prepare.ts'
import { openReward } from './reward-model.ts'
import { FreshSentences, watchingLog } from './watch.ts'

/** What `stepgym train` did, as it prints it for machines. */
export interface TrainReport {
  readonly out: string
  /** Files of the folder, by what they hold; `run` is null where nothing was recorded. */
  readonly files: {
    readonly checkpoint: string
    readonly policy: string
    readonly curves: string
    readonly picture: string
    /** Null without a reward model. */
    readonly rewardModel: string | null
    readonly run: string | null
  }
  readonly environment: string
  readonly estimator: string
  readonly seed: Seed
  readonly isInterrupted: boolean
  /** Iterations that an earlier process had done. */
  readonly resumedFrom: number
  readonly environmentSteps: number
  /** Episodes of a solver that the policy imitated before it trained. */
  readonly demonstrations: number
  /** Held-out figures before training, of the policy that imitates where there are demonstrations; null where nothing was evaluated. */
  readonly untrained: HeldOut | null
  /** Held-out figures of the last policy; null where nothing was evaluated, or it was interrupted. */
  readonly trained: HeldOut | null
  readonly reports: readonly IterationReport[]
  /** What monitors read in the latest groups of this process's part. */
  readonly monitors: readonly Reading[]
  /** Duration of this process's part. */
  readonly seconds: number
}

/**
 * Trains what was prepared. After an interrupt the folder holds the last finished iteration.
 * @throws GymError as `inTrainingFolder`, `openTraining` and `keptTraining`, RECORD_FOREIGN, RECORD_FAILED
 */
export const runTraining = (cli: Cli, prepared: PreparedTraining, signal: AbortSignal): Promise<TrainReport> =>
  inTrainingFolder(prepared, () => openedAndTrained(cli, prepared, signal))

async function openedAndTrained(cli: Cli, prepared: PreparedTraining, signal: AbortSignal): Promise<TrainReport> {
  const { folder, identity, isResumed, setup } = prepared
  const keeping = { folder, identity, isResumed }
  const checkpoint = openTraining(keeping)
  const opened = await openReward(prepared, checkpoint?.state.rewardModel ?? null)
  try {
    const reward = opened?.reward ?? null
    const from = checkpoint ?? (await begunTraining({ ...setup, ...(reward && { rewardModel: reward }) }, keeping))
    return await trained(cli, prepared, { checkpoint: from, reward, signal })
  } finally {
    await opened?.close()
  }
}

interface Opened {
  readonly checkpoint: TrainingCheckpoint
  readonly reward: PolicyReward | null
  readonly signal: AbortSignal
}

async function trained(cli: Cli, prepared: PreparedTraining, { checkpoint, reward, signal }: Opened) {
  const { setup, folder, identity } = prepared
  const resumedFrom = checkpoint.state.iteration
  const run = prepared.isRecorded ? freeRunName(folder, resumedFrom) : null
  const recorder = run === null ? null : await recorderOf(prepared, run, reward)
  const progress = trainingBar(cli, setup.options.iterations, resumedFrom)
  const monitors = new TrainingMonitors()
  const fresh = new FreshSentences(monitors)
  const began = performance.now()
  try {
    const recorded = { log: watchingLog(recorder, monitors), ...(recorder && { runKey: recorder.manifest.runKey }) }
    const watched = { signal, onStep: progress.onStep, ...(reward && { rewardModel: reward }) }
    const training = keptTraining({ ...setup, ...recorded, ...watched }, { folder, identity }, checkpoint)
    let next = await training.next()
    while (!next.done) {
      const { report } = next.value
      progress.onIteration(report)
      progress.say(fresh.next().map((sentence) => `iteration ${report.iteration}: ${sentence}`))
      next = await training.next()
    }
    const { reports, heldOut, state, isInterrupted } = next.value
    const seconds = (performance.now() - began) / 1000
    const figures = {
      isInterrupted,
      resumedFrom,
      run,
      environmentSteps: state.environmentSteps,
      trained: heldOut,
      reports,
      monitors: monitors.readings(),
      seconds,
    }
    if (reward) await saveOnlineReward(join(folder, REWARD_MODEL), reward.model)
    return writeCurves(prepared, reportOf(prepared, figures))
  } finally {
    progress.clear()
    recorder?.close()
  }
}

/** Episodes of each part of a training are a run of their own; the last one has those of the iterations that count. */
async function recorderOf(
  { setup, folder }: PreparedTraining,
  run: string,
  reward: PolicyReward | null,
): Promise<Recorder> {
  const { world, options } = setup
  const hooks = withModel(setup.hooks, reward)
  return createRun(join(folder, run), {
    ...{ world: await withSoftware(world), agent: 'policy', hooks, seed: setup.seed ?? 0 },
    limits: { maxSteps: options.maxSteps > 0 ? options.maxSteps : world.environment.maxSteps },
  })
}

/** Name of a run that is not there yet: a training may be interrupted and resumed twice within one iteration. */
function freeRunName(folder: string, resumedFrom: number): string {
  const name = resumedFrom === 0 ? 'run' : `run-from-${resumedFrom}`
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${name}-${number}`
    if (!existsSync(join(folder, free))) return free
  }
}

function trainingBar({ err }: Cli, total: number, resumedFrom: number) {
  const bar = progressBar(err)
  let [done, label] = [resumedFrom, 'iterations']
  return {
    onStep: (): void => bar.update(label, done, total),
    onIteration({ iteration, success, meanReturn }: IterationReport): void {
      done = iteration
      label = `iterations, ${success === null ? `return ${meanReturn?.toFixed(3)}` : `success ${success.toFixed(3)}`}`
    },
    /** Lines that stay above the bar. */
    say(lines: readonly string[]): void {
      if (lines.length === 0) return
      bar.clear()
      printLines(err, lines)
    },
    clear: bar.clear,
  }
}

type Figures = Pick<
  TrainReport,
  'isInterrupted' | 'resumedFrom' | 'environmentSteps' | 'trained' | 'reports' | 'monitors' | 'seconds'
> & { readonly run: string | null }

function reportOf(prepared: PreparedTraining, { run, ...figures }: Figures): TrainReport {
  const { setup, estimator, out } = prepared
  const named = (name: string): string => join(out, name)
  return {
    out,
    files: {
      checkpoint: named(TRAINING_FILES.checkpoint),
      policy: named(TRAINING_FILES.policy),
      curves: named(CURVES),
      picture: named(PICTURE),
      rewardModel: prepared.rewardModel && named(REWARD_MODEL),
      run: run === null ? null : named(run),
    },
    environment: setup.world.environment.id,
    demonstrations: setup.options.demonstrations,
    ...{ estimator, seed: setup.seed ?? 0, untrained: figures.reports[0]?.heldOut ?? null },
    ...figures,
  }
}

const [CURVES, PICTURE, REWARD_MODEL] = ['curves.json', 'curves.svg', 'reward-model.safetensors'] as const

/** The same training gives the same files, whether it was interrupted or not: they have no durations. */
function writeCurves({ folder, identity }: PreparedTraining, report: TrainReport): TrainReport {
  const { environment, estimator, trained, reports } = report
  const files = {
    [CURVES]: `${JSON.stringify({ identity, trained, reports }, null, 1)}\n`,
    [PICTURE]: curvesSvg(`${estimator} on ${environment}`, reports, trained),
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    attributed('RECORD_FAILED', `${path} cannot be written`, () => writeWhole(path, content))
  }
  return report
}
