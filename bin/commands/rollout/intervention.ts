import { GymError } from '../../../core/data/errors.ts'
import type { Json } from '../../../core/data/types.ts'
import type { World } from '../../../core/episode/world.ts'
import type { HookSet } from '../../../core/reward/hook.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { type Intervention, intervention, type RecordedPath } from '../../../core/sampling/intervene.ts'
import type { RecordedTrajectory, Run } from '../../../records/index.ts'
import { rejudge } from '../../../records/rejudge.ts'
import type { Settings } from '../../config.ts'
import type { SamplingPlan } from './sampling.ts'

/** What the command line says of an intervention. */
export interface InterventionFlags {
  readonly from?: string
  readonly trajectory?: string
  readonly step?: number
  readonly action?: Json
}

/** Which step of which recorded trajectory another action is put in the place of. */
export interface InterventionRequest extends Intervention {
  /** Folder of the run. */
  readonly from: string
  readonly trajectory: string
}

export const INTERVENE = 'intervene'

/** @returns Null for a rollout of another kind. @throws GymError CONFIG_INVALID where something is missing or idle. */
export function interventionRequest(settings: Settings, flags: InterventionFlags): InterventionRequest | null {
  const { from, trajectory, step, action } = flags
  if (settings.sampling?.reference !== INTERVENE) {
    const idle = Object.entries({ from, trajectory, step, action }).find(([, value]) => value !== undefined)
    if (idle) throw invalid(`--${idle[0]} is for --sampling ${INTERVENE}`)
    return null
  }
  if (from === undefined || trajectory === undefined || step === undefined || action === undefined)
    throw invalid(`--sampling ${INTERVENE} needs --from RUN, --trajectory ID, --step NUMBER and --action ACTION`)
  if (Object.keys(settings.sampling.options).length > 0)
    throw invalid(`--sampling ${INTERVENE} has flags in place of options: --from, --trajectory, --step, --action, --k`)
  return { from, trajectory, step, action, k: settings.k ?? DEFAULT_K }
}

const DEFAULT_K = 4

export function interventionPlan(
  request: InterventionRequest,
  budget: number | null,
  recorded: RecordedPath,
): SamplingPlan {
  return { mode: intervention(request, { ...request }), budget, source: { recorded: recorded, at: request.step } }
}

/**
 * The recorded trajectory, whole, as the hooks of the rollout judge it.
 * @throws GymError CONFIG_INVALID where the run has none of that name; REPLAY_DIVERGED
 */
export async function rejudgedPath(world: World, run: Run, id: string, hooks: HookSet): Promise<RecordedPath> {
  const { trajectory, start } = await rejudge(world, recordedWhole(run, id), hooks, run.manifest.runKey)
  return { start, trajectory }
}

/** The recorded trajectory, as if it had never been forked. @throws GymError CONFIG_INVALID */
export function recordedWhole(run: Run, id: string): RecordedTrajectory {
  const recorded = [...run.trajectories()]
  const chosen = recorded.find(({ start }) => start.trajectoryId === id)
  if (!chosen) throw invalid(`${run.folder} has no trajectory ${id}: it has ${idsOf(recorded)}`)
  return wholeOf(chosen, recorded)
}

function wholeOf(chosen: RecordedTrajectory, all: readonly RecordedTrajectory[]): RecordedTrajectory {
  const branches = new Branches(all.map(({ trajectory }) => trajectory))
  const rootId = branches.rootOf(chosen.trajectory).id
  const root = all.find(({ start }) => start.trajectoryId === rootId) ?? chosen
  const { forkedFrom: _, ...trajectory } = branches.wholeOf(chosen.trajectory)
  const { trajectoryId, agent, maxSteps } = chosen.start
  const start = { ...root.start, trajectoryId, agent, maxSteps }
  return { ...chosen, start, trajectory: { ...trajectory, forkPath: start.forkPath }, startTag: null }
}

function idsOf(recorded: readonly RecordedTrajectory[]): string {
  const ids = recorded.slice(0, SHOWN).map(({ start }) => start.trajectoryId)
  return `${ids.join(', ')}${recorded.length > SHOWN ? ` and ${recorded.length - SHOWN} more` : ''}`
}

const SHOWN = 8

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
