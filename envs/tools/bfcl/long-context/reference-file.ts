import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { GymError, messageOf } from '../../../../core/data/errors.ts'
import { readDataFile } from '../../engine/data-file.ts'
import { parseAssignments } from '../python/call-text.ts'
import { type Filler, type FillerField, fillerOf } from './index.ts'

/** Constants of the reference's `long_context.py`, by ours. */
const REFERENCE_NAMES: Readonly<Record<FillerField, string>> = {
  fileText: 'FILE_CONTENT_EXTENSION',
  filesAsTheyAre: 'FILES_TAIL_USED',
  fileNames: 'POPULATE_FILE_EXTENSION',
  watchList: 'WATCH_LIST_EXTENSION',
  transactions: 'TRANSACTION_HISTORY_EXTENSION',
  shortAverages: 'MA_5_EXTENSION',
  longAverages: 'MA_20_EXTENSION',
  technology: 'TECHNOLOGY_EXTENSION',
  automobile: 'AUTOMOBILE_EXTENSION',
  orderDetails: 'ORDER_DETAIL_EXTENSION',
  carStatus: 'CAR_STATUS_METADATA_EXTENSION',
  weather: 'LONG_WEATHER_EXTENSION',
  parkingBrake: 'PARKING_BRAKE_INSTRUCTION',
  cities: 'INTERMEDIARY_CITIES',
  creditCards: 'CREDIT_CARD_EXTENSION',
  bookings: 'BOOKING_RECORD_EXTENSION',
}

const PLACES = ['long_context.py', join('func_source_code', 'long_context.py')]

/**
 * Filler of a folder that holds the reference's own `long_context.py`, itself or in `func_source_code/`; null where it
 * does not. The file is read, never run: it consists of assignments of literals.
 * @throws GymError CONFIG_INVALID where the file cannot be read, or lacks a constant
 */
export function referenceFiller(folder: string): Filler | null {
  const file = PLACES.map((place) => join(folder, place)).find((path) => existsSync(path))
  if (file === undefined) return null
  const found = parseAssignments(textOf(file))
  if (!found) throw invalid(file, 'not a list of assignments of literals, which bfcl-eval has there')
  return fillerOf(
    (field) => found.get(REFERENCE_NAMES[field]),
    (field, type) => {
      const name = REFERENCE_NAMES[field]
      throw invalid(file, found.has(name) ? `${name} is not a ${type}` : `there is no ${name}`)
    },
  )
}

const invalid = (file: string, what: string): GymError => new GymError('CONFIG_INVALID', `${file}: ${what}`)

function textOf(file: string): string {
  try {
    return readDataFile(file)
  } catch (error) {
    throw invalid(file, `the file cannot be read: ${messageOf(error)}`)
  }
}
