import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import { parseJson } from '../core/data/json.ts'
import type { Json, JsonObject, Step } from '../core/data/types.ts'
import type { EpisodeStart, LateReward } from '../core/rollout/log.ts'
import { Malformed, objectOf, textOf } from './check.ts'
import { decodeEnd, decodeGroup, decodeLate, type End, type GroupClosing } from './closing-lines.ts'
import { decodeStart } from './episode-line.ts'
import type { Ledger } from './ledger.ts'
import { extentOf, linesOf, type NumberedLine } from './lines.ts'
import { segmentNames, segmentsFolder } from './segments.ts'
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
}

/** @throws GymError RECORD_CORRUPT where a segment is missing, or one before the last is torn. */
export function segmentsOf(folder: string): readonly SegmentView[] {
  const views = segmentNames(folder).map((name) => {
    const path = join(segmentsFolder(folder), name)
    const { whole, size } = extentOf(path)
    return { path, whole, tornBytes: size - whole }
  })
  const torn = views.slice(0, -1).find(({ tornBytes }) => tornBytes > 0)
  if (!torn) return views
  const problem = `${torn.path} ends within a line, and later segments follow: restore it from a copy`
  throw new GymError('RECORD_CORRUPT', problem)
}

/**
 * Entries in the order they were written, read line by line.
 * @throws GymError RECORD_CORRUPT with segment and line
 */
export function* entriesOf(
  segments: readonly SegmentView[],
  environment: string,
  ledger: Ledger,
): Generator<Entry, void> {
  for (const { path, whole } of segments) {
    let number = 0
    try {
      for (const line of linesOf(path, whole)) {
        number = line.number
        yield entryOf(line, environment, ledger)
      }
    } catch (thrown) {
      throw thrown instanceof GymError ? thrown : corrupt(path, number, thrown)
    }
  }
}

function corrupt(path: string, number: number, cause: unknown): GymError {
  const advice = 'restore the segment from a copy, or read a copy of the run that ends before this line'
  return new GymError('RECORD_CORRUPT', `${path} line ${number}: ${messageOf(cause)}; ${advice}`, { cause })
}

function entryOf({ bytes }: NumberedLine, environment: string, ledger: Ledger): Entry {
  const line = objectOf(parsed(bytes), 'a line')
  const type = textOf(line.type, 'the type of a line')
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (!read) throw new Malformed(`there is no line of type ${JSON.stringify(type.slice(0, 80))}`)
  return read(line, ledger, environment)
}

function parsed(bytes: Buffer): Json {
  if (!isUtf8(bytes)) throw new Malformed('it is no UTF-8')
  try {
    return parseJson(bytes.toString())
  } catch (thrown) {
    throw new Malformed(`it is no JSON (${messageOf(thrown)})`)
  }
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
