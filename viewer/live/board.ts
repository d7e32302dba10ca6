import type { Ending, Group, Json, Step } from '../../core/data/types.ts'
import { TrainingMonitors } from '../../rewards/monitors/training-monitors.ts'
import type { ServedEpisode } from '../../server/hosting/served-episode.ts'
import type { Consumer } from '../../server/stream/consumer.ts'
import type { LiveEpisode, LiveMonitors, LiveStep } from './lines.ts'

type Event = Parameters<Consumer['take']>[0][number]

/** Episodes that are kept, the latest; steps of each, the latest; characters of an action. */
const [MOST_EPISODES, MOST_STEPS, MOST_ACTION] = [200, 120, 200] as const

interface Row {
  readonly id: string
  readonly environment: string
  readonly group: string | null
  readonly member: number
  readonly task: string
  readonly started: string
  readonly steps: LiveStep[]
  count: number
  sum: number | null
  ending: Ending | null
  /** Number of the last change. */
  changed: number
}

/** What a server's episodes did last, kept for readers: a small picture, however fast the server is. */
export class LiveBoard {
  readonly #rows = new Map<string, Row>()
  readonly #monitors = new Map<string, TrainingMonitors>()
  #changes = 0

  /** Number of the last change. */
  get changes(): number {
    return this.#changes
  }

  /** What the monitors of each environment read. */
  get monitors(): readonly LiveMonitors[] {
    return [...this.#monitors].map(([environment, monitors]) => ({ environment, readings: monitors.readings() }))
  }

  /** Episodes that changed after a change, the one that changed last at the end. */
  since(change: number): readonly LiveEpisode[] {
    return [...this.#rows.values()]
      .filter(({ changed }) => changed > change)
      .toSorted((one, other) => one.changed - other.changed)
      .map(episodeOf)
  }

  take(batch: readonly Event[]): void {
    for (const event of batch) this.#take(event)
  }

  #take(event: Event): void {
    if (event.kind === 'step-taken') addStep(this.#rowOf(event.episode), event.step)
    else if (event.kind === 'episode-started') this.#rowOf(event.episode)
    else if (event.kind === 'episode-ended') this.#rowOf(event.episode).ending = event.trajectory.ending
    else if (event.kind === 'group-closed') this.#watch(event.environment, event.group)
  }

  #watch(environment: string, group: Group): void {
    const monitors = this.#monitors.get(environment) ?? new TrainingMonitors()
    monitors.add(group)
    this.#monitors.set(environment, monitors)
    this.#changes++
  }

  #rowOf(served: ServedEpisode): Row {
    const row = this.#rows.get(served.id) ?? newRow(served)
    row.changed = ++this.#changes
    this.#rows.set(served.id, row)
    if (this.#rows.size > MOST_EPISODES) this.#drop()
    return row
  }

  /** The oldest that has ended, else the oldest. */
  #drop(): void {
    const ids = [...this.#rows.keys()]
    const oldest = ids.find((id) => this.#rows.get(id)?.ending !== null) ?? ids[0]
    if (oldest !== undefined) this.#rows.delete(oldest)
  }
}

const newRow = ({ id, environment, group, member, runner }: ServedEpisode): Row => ({
  ...{ id, environment, member, group: group?.id ?? null, task: runner.episode.task.id },
  ...{ started: new Date().toISOString(), steps: [], count: 0, sum: 0, ending: null, changed: 0 },
})

function addStep(row: Row, { index, action, isActionValid, rewards }: Step): void {
  const { value = null } = rewards[0] ?? {}
  row.steps.push({ index, action: textOf(action), isActionValid, reward: value })
  if (row.steps.length > MOST_STEPS) row.steps.shift()
  row.count++
  row.sum = row.sum === null || value === null ? null : row.sum + value
}

const textOf = (action: Json): string =>
  (typeof action === 'string' ? action : JSON.stringify(action)).slice(0, MOST_ACTION)

const episodeOf = ({ count, sum, changed: _, steps, ...row }: Row): LiveEpisode => ({
  ...row,
  stepCount: count,
  return: sum,
  steps: [...steps],
})
