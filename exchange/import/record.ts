import { renameSync, rmSync } from 'node:fs'
import { tagOf } from '../../core/data/hash.ts'
import type { JsonObject, Trajectory } from '../../core/data/types.ts'
import type { Episode } from '../../core/episode/episode.ts'
import { startGroup } from '../../core/episode/fork.ts'
import { openWorld, type World } from '../../core/episode/world.ts'
import { type HookSet, hookSet, type RewardHook } from '../../core/reward/hook.ts'
import { closeGroup } from '../../core/rollout/group.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import { type Conversation, importedEnvironment } from '../../envs/imported/environment.ts'
import { createRun, type Recorder } from '../../records/index.ts'
import { expectFree } from '../../records/recorder.ts'
import { type FileIndex, type GroupIndex, type ReadSettings, type Row, transcriptOf } from './file-index.ts'
import type { RowFile } from './rows.ts'
import { NotKept, type Transcript } from './transcript.ts'

/** How conversations are recorded. */
export interface RecordSettings extends ReadSettings {
  /** Hooks that judge each conversation while it is recorded. */
  readonly hooks: readonly RewardHook[]
  /** Called with the number of conversations that were recorded, and of all. */
  readonly onProgress?: (done: number, all: number) => void
}

/** What was recorded. */
export interface Imported {
  readonly trajectories: number
  readonly steps: number
  readonly groups: number
  /** Signals that the file had, beside the environment's reward. */
  readonly signals: readonly string[]
  /** What of the file has no place in a run: names of fields, and how often they were met. */
  readonly notKept: Readonly<Record<string, number>>
}

/** The conversation that is being recorded: one after the other. */
class Playing implements Conversation {
  transcript: Transcript | null = null

  start() {
    const { opening, tools } = this.#current()
    return { messages: opening, tools }
  }

  step(at: number) {
    const { turns, ending } = this.#current()
    const { said, shown, reward, isActionValid, info } = this.turn(at)
    return { said, messages: shown, reward, isActionValid, info, ending: at === turns.length - 1 ? ending : null }
  }

  turn(at: number) {
    const turn = this.#current().turns[at]
    if (turn) return turn
    throw new Error(`there is no turn ${at}`)
  }

  #current(): Transcript {
    if (this.transcript) return this.transcript
    throw new Error('no conversation is being recorded')
  }
}

/** Records what a file has, group by group, into a folder that appears when it is whole. @throws GymError RECORD_FAILED */
export async function recorded(
  file: RowFile,
  index: FileIndex,
  out: string,
  settings: RecordSettings,
): Promise<Imported> {
  const playing = new Playing()
  const hooks = hooksOf(playing, index, settings.hooks)
  const world = await openWorld(
    importedEnvironment(() => playing),
    optionsOf(index),
  )
  const partial = `${out}.partial`
  const log = createRun(partial, { world, agent: 'imported', hooks })
  let isWhole = false
  try {
    const groups = [...index.groups.values()]
    const all = groups.reduce((sum, { rows }) => sum + rows.length, 0)
    let [done, steps] = [0, 0]
    for (const group of groups) {
      const trajectories = await recordGroup({ file, settings, playing, world, hooks, log }, group)
      done += trajectories.length
      steps += trajectories.reduce((sum, trajectory) => sum + trajectory.steps.length, 0)
      settings.onProgress?.(done, all)
    }
    isWhole = true
    const signals = [...index.signals, ...index.outcomes]
    return { trajectories: done, steps, groups: groups.length, signals, notKept: index.notKept.counts }
  } finally {
    log.close()
    if (isWhole) replaceFree(partial, out)
    else rmSync(partial, { recursive: true, force: true })
  }
}

function replaceFree(partial: string, out: string): void {
  expectFree(out)
  rmSync(out, { recursive: true, force: true })
  renameSync(partial, out)
}

function optionsOf({ groups }: FileIndex): JsonObject {
  const tasks = new Map<string, JsonObject>()
  let steps = 1
  for (const { task, split, rows } of groups.values()) {
    tasks.set(task, { id: task, split })
    for (const row of rows) steps = Math.max(steps, row.steps)
  }
  return { tasks: [...tasks.values()], steps }
}

/** Signals of the file as hooks that read them, and those that judge now; of two of one name, the one that judges. */
function hooksOf(playing: Playing, { signals, outcomes }: FileIndex, judging: readonly RewardHook[]): HookSet {
  const names = new Set(judging.map(({ name }) => name))
  const version = 1
  const ofSteps = signals.map(
    (name): RewardHook => ({
      name,
      version,
      scope: 'turn',
      reward: ({ index }) => playing.turn(index).signals[name] ?? null,
    }),
  )
  const ofWholes = outcomes.map(
    (name): RewardHook => ({
      name,
      version,
      scope: 'outcome',
      reward: () => playing.transcript?.outcomes[name] ?? null,
    }),
  )
  return hookSet([...[...ofSteps, ...ofWholes].filter(({ name }) => !names.has(name)), ...judging])
}

interface Recording {
  readonly file: RowFile
  readonly settings: RecordSettings
  readonly playing: Playing
  readonly world: World
  readonly hooks: HookSet
  readonly log: Recorder
}

async function recordGroup(recording: Recording, group: GroupIndex): Promise<readonly Trajectory[]> {
  const { playing, world } = recording
  const [first] = group.rows
  if (!first) return []
  playing.transcript = read(recording, first)
  const task = world.tasks.byId(group.task)
  const { seed } = playing.transcript
  const settings = { task, seed, maxActionLength: Number.POSITIVE_INFINITY }
  const { members } = await startGroup(world, settings, group.rows.length)
  const start = members[0]?.state ?? {}
  const trajectories: Trajectory[] = []
  for (const [at, row] of group.rows.entries()) {
    const episode = members[at]
    if (episode) trajectories.push(await recordOne(recording, group, row, episode))
  }
  if (group.id !== null) await close(recording, group, trajectories, start)
  return trajectories
}

async function recordOne(recording: Recording, group: GroupIndex, row: Row, episode: Episode): Promise<Trajectory> {
  const { playing, hooks, log } = recording
  playing.transcript = read(recording, row)
  const agent = {
    name: playing.transcript.agent,
    act: ({ history }: { readonly history: readonly unknown[] }) => {
      const { action, evidence } = playing.turn(history.length)
      return { action, ...(evidence && { evidence }) }
    },
  }
  try {
    const groupId = group.id === null ? {} : { groupId: group.id }
    return await runEpisode(episode, { trajectoryId: row.id, ...groupId, agent, hooks, log })
  } finally {
    await episode.close()
  }
}

const read = ({ file, settings }: Pick<Recording, 'file' | 'settings'>, { place, number }: Row): Transcript =>
  transcriptOf(file, file.rowAt(place, number), place, settings, new NotKept(settings.reward))

async function close(
  { world, hooks, log }: Recording,
  { id, task: taskId }: GroupIndex,
  trajectories: readonly Trajectory[],
  start: object,
): Promise<void> {
  const startTag = tagOf(log.manifest.runKey, start)
  const identity = { id: id ?? '', environment: world.environment.id, taskId, startTag }
  await closeGroup(trajectories, identity, { hooks, log }, NO_TRUTH)
}

/** A file has no answers of its tasks. */
const NO_TRUTH = (): null => null
