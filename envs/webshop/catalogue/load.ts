import { existsSync, readdirSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { invalid } from './fields.ts'
import { membersOf } from './members.ts'
import { type Product, productsOf } from './product.ts'

/** Where the files of a WebShop catalogue are. Files are named relative to the folder. */
export interface CatalogueFiles {
  readonly folder: string
  /** @default the one `items_shuffle*.json` of the folder */
  readonly products?: string
  /** @default the one `items_ins_v2*.json` of the folder */
  readonly ins?: string
  /** @default `items_human_ins.json`; without that file products have no human instructions */
  readonly humanIns?: string
  /** Records of the products file to read. @default all */
  readonly limit?: number
}

/**
 * Reads a catalogue in WebShop's own three files.
 * @throws GymError CATALOGUE_INVALID for a file that is missing, incomplete or not in its schema, naming file, record
 * and field; CONFIG_INVALID where the folder holds several catalogues and none was named.
 */
export function loadProducts(files: CatalogueFiles): Product[] {
  const products = pathOf(files, 'products', /^items_shuffle.*\.json$/, 'items_shuffle_1000.json')
  const ins = pathOf(files, 'ins', /^items_ins_v2.*\.json$/, 'items_ins_v2_1000.json')
  const humanIns = files.humanIns ?? 'items_human_ins.json'
  const humanPath = resolve(files.folder, humanIns)
  const isWithout = files.humanIns === undefined && !existsSync(humanPath)
  const raw = { products: elementsOf(products), ins: objectOf(ins), humanIns: isWithout ? {} : objectOf(humanPath) }
  const names = { products: basename(products), ins: basename(ins), humanIns: basename(humanPath) }
  return productsOf(raw, { names, ...(files.limit === undefined ? {} : { limit: files.limit }) })
}

function* elementsOf(path: string): Generator<unknown> {
  for (const { key, value } of membersOf(path)) {
    if (typeof key === 'string') throw invalid(path, 'a list of products is expected, this is an object')
    yield value
  }
}

function objectOf(path: string): Readonly<Record<string, unknown>> {
  const entries: [string, unknown][] = []
  for (const { key, value } of membersOf(path)) {
    if (typeof key === 'number') throw invalid(path, 'an object with ASINs as keys is expected, this is a list')
    entries.push([key, value])
  }
  return Object.fromEntries(entries)
}

function pathOf(files: CatalogueFiles, kind: 'products' | 'ins', pattern: RegExp, example: string): string {
  const named = files[kind]
  if (named !== undefined) return resolve(files.folder, named)
  const found = namesIn(files.folder).filter((name) => pattern.test(name))
  const [only] = found
  if (only === undefined) throw invalid(files.folder, `this folder has no file of ${kind} such as ${example}`)
  if (found.length > 1) throw severalFiles(files.folder, kind, found)
  return resolve(files.folder, only)
}

const severalFiles = (folder: string, kind: string, found: readonly string[]): GymError =>
  new GymError('CONFIG_INVALID', `${folder} has several files of ${kind}: name one of ${found.join(', ')} as "${kind}"`)

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch (cause) {
    throw invalid(folder, `this folder cannot be read (${messageOf(cause)})`, cause)
  }
}
