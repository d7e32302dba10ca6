import { hashOf } from '../../../../core/data/hash.ts'
import { toStorage } from '../python/storage.ts'
import { type Py, PyDict } from '../python/value.ts'

/** What long-context answers are filled up with. Shared by all episodes of a world, and never changed. */
export interface Filler {
  /** Appended to the text of files. */
  readonly fileText: string
  /** Names of files whose text stays as it is. */
  readonly filesAsTheyAre: Py[]
  /** Names of empty files in every folder that has no folder in it. */
  readonly fileNames: Py[]
  readonly watchList: Py[]
  readonly transactions: Py[]
  /** Moving averages over 5 and 20 days. */
  readonly shortAverages: Py[]
  readonly longAverages: Py[]
  /** Symbols of two sectors. */
  readonly technology: Py[]
  readonly automobile: Py[]
  /** Texts by topic, in which `{symbol}` represents the stock of the order. */
  readonly orderDetails: PyDict
  readonly carStatus: string
  /** Weather of the days before, by day. */
  readonly weather: PyDict
  readonly parkingBrake: string
  readonly cities: Py[]
  /** Credit cards and bookings that every traveller has in addition to their own, by id. */
  readonly creditCards: PyDict
  readonly bookings: PyDict
}

export type FillerField = keyof Filler
export type FillerType = 'str' | 'list' | 'dict'

/**
 * Filler of values by name.
 * @param wrong called for a value that is missing or of another type than this
 */
export function fillerOf(
  read: (field: FillerField) => Py | undefined,
  wrong: (field: FillerField, type: FillerType) => never,
): Filler {
  const text = (field: FillerField): string => {
    const value = read(field)
    return typeof value === 'string' ? value : wrong(field, 'str')
  }
  const list = (field: FillerField): Py[] => {
    const value = read(field)
    return Array.isArray(value) ? value : wrong(field, 'list')
  }
  const table = (field: FillerField): PyDict => {
    const value = read(field)
    return value instanceof PyDict ? value : wrong(field, 'dict')
  }
  return {
    fileText: text('fileText'),
    filesAsTheyAre: list('filesAsTheyAre'),
    fileNames: list('fileNames'),
    watchList: list('watchList'),
    transactions: list('transactions'),
    shortAverages: list('shortAverages'),
    longAverages: list('longAverages'),
    technology: list('technology'),
    automobile: list('automobile'),
    orderDetails: table('orderDetails'),
    carStatus: text('carStatus'),
    weather: table('weather'),
    parkingBrake: text('parkingBrake'),
    cities: list('cities'),
    creditCards: table('creditCards'),
    bookings: table('bookings'),
  }
}

/** SHA-256 of a value, in which the types of numbers and the order of keys count. */
export const valueDigest = (value: Py): string => hashOf(value instanceof PyDict ? entriesOf(value) : toStorage(value))

const entriesOf = (table: PyDict) => [...table.entries()].map(([key, value]) => [toStorage(key), toStorage(value)])

/** SHA-256 of all values. */
export const fillerDigest = (filler: Filler): string => hashOf(Object.values(filler).map(valueDigest))
