import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { readPythonJson, type Value } from '../../engine/python-number.ts'
import type { FileExtension } from '../apis/file-tree.ts'
import { fromStorage } from '../python/storage.ts'
import { str } from '../python/text.ts'
import { type Py, PyDict } from '../python/value.ts'

/** BFCL's own texts and numbers (Apache-2.0, see THIRD_PARTY.md), which its long-context answers are filled up with. */
const FILE = new URL('texts.json.gz', import.meta.url)

let texts: PyDict | undefined

/** Read when an episode first needs them. */
function part(name: string): Py {
  texts ??= asDict(fromStorage(readPythonJson(gunzipSync(readFileSync(FILE)).toString('utf8')) as Value))
  return texts.get(name) ?? null
}

const asDict = (value: Py): PyDict => (value instanceof PyDict ? value : new PyDict())
const asList = (value: Py): readonly Py[] => (Array.isArray(value) ? value : [])

/** Computes once. */
function once<T>(compute: () => T): () => T {
  let value: { readonly is: T } | undefined
  return () => {
    value ??= { is: compute() }
    return value.is
  }
}

/** What files and folders are filled up with. */
export const LONG_FILES = once(
  (): FileExtension => ({
    text: str(part('fileText')),
    except: asList(part('filesAsTheyAre')).map(str),
    files: asList(part('fileNames')).map(str),
  }),
)

/** What answers of the trading system are filled up with. */
export const LONG_TRADING = once(() => ({
  watchList: asList(part('watchList')),
  transactions: asList(part('transactions')),
  shortAverages: part('shortAverages'),
  longAverages: part('longAverages'),
  technology: asList(part('technology')),
  automobile: asList(part('automobile')),
  /** Texts in which `{symbol}` represents the stock of the order. */
  orderDetails: [...asDict(part('orderDetails')).entries()].map(([key, value]) => [str(key), str(value)] as const),
}))

/** What answers of the car are filled up with. */
export const LONG_VEHICLE = once(() => ({
  status: part('carStatus'),
  weather: asDict(part('weather')),
  parkingBrake: part('parkingBrake'),
  cities: part('cities'),
}))

/** Credit cards and bookings that every traveller has in addition to their own. */
export const LONG_TRAVEL = once(() => ({
  creditCards: asDict(part('creditCards')),
  bookings: asDict(part('bookings')),
}))
