import { hashOf } from '../../core/data/hash.ts'
import type { Seed } from '../../core/data/rng.ts'
import { counted, cut } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { atifTranscript } from './atif.ts'
import { chatTranscript } from './chat.ts'
import { rewardField, valueAt } from './fields.ts'
import { processBenchTranscript } from './processbench.ts'
import type { Place, RowFile } from './rows.ts'
import { shareGptTranscript } from './sharegpt.ts'
import { NotKept, RowProblem, type Transcript } from './transcript.ts'
import { verifiersTranscript } from './verifiers.ts'

/** Formats of files whose trajectories can be read. */
export const IMPORT_FORMATS = ['chat', 'atif', 'sharegpt', 'verifiers', 'processbench'] as const
export type ImportFormat = (typeof IMPORT_FORMATS)[number]

/** How a row is read. */
export interface ReadSettings {
  readonly format: ImportFormat
  /** Path of the field that has the reward of a conversation, with dots; null for none. */
  readonly reward: string | null
}

/** One conversation, found again by its place. */
export interface Row {
  readonly place: Place
  /** Position among the rows of its place. */
  readonly number: number
  readonly id: string
  readonly steps: number
}

export interface GroupIndex {
  /** Null for one conversation by itself. */
  readonly id: string | null
  readonly task: string
  readonly split: string
  readonly seed: Seed
  /** Digest of what it begins with. */
  readonly opening: string
  readonly rows: Row[]
}

/** What a file has, without its texts. */
export interface FileIndex {
  readonly groups: ReadonlyMap<string, GroupIndex>
  readonly signals: readonly string[]
  readonly outcomes: readonly string[]
  readonly notKept: NotKept
}

/** Their tasks are options of the run, which its manifest has. */
const MOST_GROUPS = 100_000
const MOST_SIGNALS = 100

/** @throws GymError BATCH_INVALID with file and line */
export function indexOf(file: RowFile, settings: ReadSettings): FileIndex {
  const groups = new Map<string, GroupIndex>()
  const lines = new Map<string, number>()
  const [signals, outcomes, notKept] = [new Set<string>(), new Set<string>(), new NotKept(settings.reward)]
  let last = -1
  let number = 0
  for (const [row, place] of file.rows()) {
    number = place.begin === last ? number + 1 : 0
    last = place.begin
    const transcript = transcriptOf(file, row, place, settings, notKept)
    const id = transcript.id ?? `${file.name.replace(/^.*[\\/]/, '')}-${lines.size + 1}`
    const earlier = lines.get(id)
    if (earlier !== undefined)
      throw file.invalid(place, `the trajectory ${cut(id, 100)} is in line ${earlier}, too: give each an id of its own`)
    lines.set(id, place.line)
    for (const { signals: of } of transcript.turns) for (const signal of Object.keys(of)) signals.add(signal)
    for (const outcome of Object.keys(transcript.outcomes)) outcomes.add(outcome)
    addTo(groups, file, transcript, { place, number, id, steps: transcript.turns.length })
    if (signals.size + outcomes.size > MOST_SIGNALS)
      throw file.invalid(place, `there are more than ${MOST_SIGNALS} signals: leave some out`)
  }
  return { groups, signals: [...signals], outcomes: [...outcomes].filter((each) => !signals.has(each)), notKept }
}

function addTo(groups: Map<string, GroupIndex>, file: RowFile, transcript: Transcript, row: Row): void {
  const { seed, split } = transcript
  const opening = hashOf([transcript.opening, transcript.tools])
  const prompt = `prompt-${opening.slice(0, 16)}`
  const id = transcript.group === undefined ? prompt : transcript.group
  const task = transcript.task ?? (id === null ? prompt : id)
  const key = id ?? `alone/${row.id}`
  const group = groups.get(key) ?? { id, task, split, seed, opening, rows: [] }
  groups.set(key, group)
  const other = (['task', 'split', 'seed', 'opening'] as const).find(
    (part) => group[part] !== { task, split, seed, opening }[part],
  )
  if (other !== undefined)
    throw file.invalid(
      row.place,
      `the group ${key} has another ${PARTS[other]} in line ${group.rows[0]?.place.line}: give the line a group of its own`,
    )
  group.rows.push(row)
  if (groups.size > MOST_GROUPS)
    throw file.invalid(row.place, `there are more than ${counted(MOST_GROUPS, 'group')}: split the file`)
}

/** Members of a group have these in common. */
const PARTS = {
  task: 'task',
  split: 'split',
  seed: 'seed',
  opening: 'beginning, its messages before the first of the assistant,',
}

const READERS: Readonly<Record<ImportFormat, (row: JsonObject, notKept: NotKept) => Transcript>> = {
  chat: chatTranscript,
  atif: atifTranscript,
  sharegpt: shareGptTranscript,
  verifiers: verifiersTranscript,
  processbench: processBenchTranscript,
}

/** @throws GymError BATCH_INVALID with file and line */
export function transcriptOf(
  file: RowFile,
  row: JsonObject,
  place: Place,
  { format, reward }: ReadSettings,
  notKept: NotKept,
): Transcript {
  try {
    const transcript = READERS[format](row, notKept)
    return reward === null ? transcript : rewarded(transcript, row, reward)
  } catch (thrown) {
    throw thrown instanceof RowProblem ? file.invalid(place, thrown.message) : thrown
  }
}

/** The reward of the whole is that of the last step: the steps before it earned nothing. */
function rewarded(transcript: Transcript, row: JsonObject, path: string): Transcript {
  const given = valueAt(row, path)
  if (given === undefined)
    throw new RowProblem(`there is no field ${path}: write it, as null for no reward, or leave --reward out`)
  const reward = rewardField(given, path)
  const last = transcript.turns.length - 1
  const turns = transcript.turns.map((turn, at) => ({ ...turn, reward: at === last || reward === null ? reward : 0 }))
  return { ...transcript, turns }
}
