import { isUtf8 } from 'node:buffer'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import { parseJson } from '../core/data/json.ts'
import { shown } from '../core/data/shown.ts'
import type { Json, JsonObject, Step } from '../core/data/types.ts'
import type { EpisodeStart, LateReward } from '../core/rollout/log.ts'
import { countOf, fieldsOf, Malformed, objectOf, textOf } from './check.ts'
import { LineChecksums } from './checksum.ts'
import { decodeEnd, decodeGroup, decodeLate, type End, type GroupClosing } from './closing-lines.ts'
import { decodeStart } from './episode-line.ts'
import { attributed, READ, withRunFile } from './files.ts'
import { Ledger } from './ledger.ts'
import { extentOf, linesOf, type NumberedLine, readRange } from './lines.ts'
import type { Manifest } from './manifest.ts'
import { isUnannounced, segmentName, segmentNames, segmentPath, segmentsFolder } from './segments.ts'
import { decodeStep } from './step-line.ts'

/** One line of a run, whole again. */
export type Entry =
  | { readonly type: 'episode'; readonly start: EpisodeStart }
  | { readonly type: 'step'; readonly step: Step }
  | { readonly type: 'end'; readonly end: End }
  | { readonly type: 'rewards'; readonly rewards: readonly LateReward[] }
  | { readonly type: 'group'; readonly group: GroupClosing }

/** A segment as it was when a reader opened the run: what is written later is not read. */
export interface SegmentView {
  readonly path: string
  /** Bytes of whole lines. */
  readonly whole: number
  readonly tornBytes: number
  /** Whether its lines have checksums. */
  readonly isChecked: boolean
}

/** @throws GymError RECORD_CORRUPT where a segment is missing, is not a regular file, or one before the last is torn. */
export function segmentsOf(folder: string, { checkedFrom }: Pick<Manifest, 'checkedFrom'>): readonly SegmentView[] {
  const names = segmentNames(folder)
  const count = isUnannounced(folder, names.length - 1, checkedFrom) ? names.length - 1 : names.length
  const views = names.slice(0, count).map((name, number) => {
    const path = join(segmentsFolder(folder), name)
    const { whole, size } = attributed('RECORD_CORRUPT', `${path} cannot be read`, () => extentOf(path))
    return { path, whole, tornBytes: size - whole, isChecked: checkedFrom !== null && number >= checkedFrom }
  })
  if (views.length === 0 && checkedFrom !== null) throw missing(segmentPath(folder, 0))
  const torn = views.slice(0, -1).find(({ tornBytes }) => tornBytes > 0)
  if (!torn) return views
  const line = [...linesOf(torn.path, torn.whole)].length + 1
  const problem = `${torn.path} line ${line}: the segment ends within it, and later segments follow`
  throw new GymError('RECORD_CORRUPT', `${problem}: restore it from a copy`)
}

/** What a reader of lines keeps, and a writer continues. */
export interface LineOrder {
  readonly ledger: Ledger
  readonly checksums: LineChecksums
}

/** How far a run is read: a later reading continues there. */
export class ReadingPlace implements LineOrder {
  readonly ledger = new Ledger()
  readonly checksums = new LineChecksums()
  segment = 0
  /** Lines and bytes of the segment that are read. */
  line = 0
  byte = 0
}

/**
 * Entries in the order they were written, read line by line.
 * @param from where reading begins, unless it is at the first line; it is moved along
 * @throws GymError RECORD_CORRUPT with segment and line
 */
export function* entriesOf(
  segments: readonly SegmentView[],
  environment: string,
  order: LineOrder,
  from: Pick<ReadingPlace, 'segment' | 'line' | 'byte'> = { segment: 0, line: 0, byte: 0 },
): Generator<Entry, void> {
  for (const [at, segment] of segments.entries()) {
    if (at < from.segment) continue
    if (at > from.segment) Object.assign(from, { segment: at, line: 0, byte: 0 })
    let number = from.line
    let next: string | null = null
    try {
      for (const line of linesOf(segment.path, segment.whole, { ...from })) {
        number = line.number
        Object.assign(from, { line: number, byte: from.byte + line.bytes.length + 1 })
        if (next !== null) throw new Malformed('it comes after the line that ends the segment')
        const fields = fieldsIn(line, segment, order.checksums)
        next = continuationOf(fields, segment.path)
        if (next === null) yield entryOf(fields, environment, order.ledger)
      }
      number++
      expectTorn(segment, order.checksums)
    } catch (thrown) {
      throw thrown instanceof GymError ? thrown : corrupt(segment.path, number, thrown)
    }
    // It may have come since the reader opened the run.
    if (next !== null && at === segments.length - 1 && !existsSync(next)) throw missing(next)
  }
}

const missing = (path: string): GymError =>
  new GymError('RECORD_CORRUPT', `${path} is missing, and the run has lines in it: restore it from a copy`)

function corrupt(path: string, number: number, cause: unknown): GymError {
  const advice = 'restore the segment from a copy, or read a copy of the run that ends before this line'
  return new GymError('RECORD_CORRUPT', `${path} line ${number}: ${messageOf(cause)}; ${advice}`, { cause })
}

/**
 * One line, without its checksum, as every reader reads it: what is written goes through here first.
 * @throws Malformed where no reader could read it, and the ledger is as before
 */
export const readEntry = (text: string, environment: string, ledger: Ledger): Entry =>
  entryOf(objectOf(parsed(text), 'a line'), environment, ledger)

/**
 * Fields of a line, without its checksum.
 * @throws Malformed
 */
export function fieldsIn(
  { bytes }: Pick<NumberedLine, 'bytes'>,
  { isChecked }: Pick<SegmentView, 'isChecked'>,
  checksums: LineChecksums,
): JsonObject {
  if (!isUtf8(bytes)) throw new Malformed('it is not UTF-8')
  return objectOf(parsed(isChecked ? checksums.open(bytes) : bytes.toString()), 'a line')
}

function parsed(text: string): Json {
  try {
    return parseJson(text)
  } catch (thrown) {
    throw new Malformed(`it is not JSON (${messageOf(thrown)})`)
  }
}

/** Path of the segment that follows, where the line says that one does. */
function continuationOf(fields: JsonObject, path: string): string | null {
  if (fields.type !== 'continued') return null
  const { segment } = fieldsOf(fields, 'a continued line', ['type', 'segment'])
  return join(dirname(path), segmentName(countOf(segment, 'segment')))
}

/** A crash leaves a part of a line, never a line with something behind it. @throws Malformed */
function expectTorn({ path, whole, tornBytes, isChecked }: SegmentView, checksums: LineChecksums): void {
  if (!isChecked || tornBytes === 0) return
  const torn = withRunFile(path, READ, (fd) => readRange(fd, whole, whole + tornBytes))
  if (checksums.isLineWithoutEnd(torn)) throw new Malformed('the end of its line was changed')
}

/** @throws Malformed where it is out of order, and the ledger is as before */
export function entryOf(line: JsonObject, environment: string, ledger: Ledger): Entry {
  const type = textOf(line.type, 'the type of a line')
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (!read) throw new Malformed(`there is no line of type ${shown(type, 80)}`)
  return read(line, ledger, environment)
}

type ReadLine = (line: JsonObject, ledger: Ledger, environment: string) => Entry

const READERS: Readonly<Record<string, ReadLine>> = {
  episode(line, ledger, environment) {
    const start = decodeStart(line, environment)
    ledger.begin(start)
    return { type: 'episode', start }
  },
  step(line, ledger) {
    const step = decodeStep(line, ledger.standing(textOf(line.trajectoryId, 'trajectoryId')))
    ledger.advance(step)
    return { type: 'step', step }
  },
  end(line, ledger) {
    const end = decodeEnd(line)
    ledger.end(end)
    return { type: 'end', end }
  },
  rewards(line, ledger) {
    const rewards = decodeLate(line)
    ledger.expectKnown(rewards)
    return { type: 'rewards', rewards }
  },
  group(line, ledger) {
    const group = decodeGroup(line)
    ledger.close(group)
    return { type: 'group', group }
  },
}
