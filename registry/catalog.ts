import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { GymError } from '../core/data/errors.ts'
import { nearOr } from '../core/data/near.ts'
import { shown } from '../core/data/shown.ts'
import { discover, type Found, indexesOf, isFolder, MODULE_ENDINGS } from './discover.ts'
import type { Kind } from './kind.ts'
import { readModule } from './module.ts'

/** Things that can be loaded by name: the package's own and the user's. Modules are imported only by `load`. */
export interface Catalog<T> {
  /** Sorted. Reads folders and imports nothing. */
  names(): readonly string[]
  /**
   * @param reference A name (`webshop`, `tools-retail` or `tools/retail`), a name that must have this version (`webshop@1`), or the path of a module
   *   (`./my-env.mjs`). For operators, never for clients: a path runs the module it leads to.
   * @throws GymError of the catalog's kind: unknown, or invalid where the module breaks or exports something else.
   */
  load(reference: string): Promise<T>
  /**
   * As `load`, for names that come from data (a record, a message, a file of settings that someone else wrote): a path
   * is refused, so that no data chooses which code runs.
   * @param name `webshop`, or `webshop@1`
   * @throws GymError as `load`; unknown too where it is a path, which says how an operator gives one.
   */
  loadByName(name: string): Promise<T>
  /**
   * Path of the module that `load` imports; nothing is imported.
   * @throws GymError unknown, or invalid where two files hold the name
   */
  fileOf(reference: string): string
}

/** Folders in which a catalog looks for modules. */
export interface CatalogSettings {
  /**
   * Searched for the same folders as the package: `envs/`, `rewards/hooks/`, `rewards/shaping/recipes/`,
   * `rewards/advantage/`, `agents/`. Paths start from it. @default the working folder
   */
  readonly userFolder?: string
}

export function catalogOf<T>(kind: Kind<T>, { userFolder = process.cwd() }: CatalogSettings = {}): Catalog<T> {
  const endings = kind.data ? [...MODULE_ENDINGS, kind.data.ending] : MODULE_ENDINGS
  const roots = rootsOf(resolve(userFolder), endings)
  const found = (): readonly Found[] => roots.flatMap((root) => discover(join(root.folder, kind.folder), root.endings))
  const pathOf = (reference: string): string | null =>
    isPath(reference, endings) ? resolve(userFolder, reference) : null
  const fileOf = (reference: string): string => {
    const path = pathOf(reference)
    return path === null ? fileNamed(kind, found(), nameIn(reference)) : fileAt(kind, path, endings)
  }
  return {
    fileOf,
    names: () => [...new Set(found().map(({ name }) => name))].toSorted(),
    async load(reference) {
      return pathOf(reference) === null ? loadNamed(kind, found(), reference) : readModule(kind, fileOf(reference))
    },
    async loadByName(name) {
      if (isPath(name, endings)) throw pathFromData(kind, name)
      return loadNamed(kind, found(), name)
    },
  }
}

/** The sources, or `dist` where this is the compiled package. */
const PACKAGE = dirname(import.meta.dirname)
const REPOSITORY = basename(PACKAGE) === 'dist' ? dirname(PACKAGE) : PACKAGE

interface Root {
  readonly folder: string
  readonly endings: readonly string[]
}

/** In the repository of the compiled package, sources are there compiled; other files beside them are the user's. */
function rootsOf(userFolder: string, endings: readonly string[]): readonly Root[] {
  const own = { folder: PACKAGE, endings }
  if (!isOwn(userFolder)) return [own, { folder: userFolder, endings }]
  return PACKAGE === REPOSITORY ? [own] : [own, { folder: REPOSITORY, endings: endings.filter((end) => end !== '.ts') }]
}

const isOwn = (folder: string): boolean => realPath(folder) === realPath(REPOSITORY)

function realPath(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return resolve(folder)
  }
}

const isPath = (reference: string, endings: readonly string[]): boolean =>
  isAbsolute(reference) || /^\.\.?([/\\]|$)/.test(reference) || endings.some((ending) => reference.endsWith(ending))

/** A folder represents its index file. */
function fileAt<T>(kind: Kind<T>, path: string, endings: readonly string[]): string {
  if (!isFolder(path)) return path
  const indexes = indexesOf(path, endings)
  if (indexes.length === 0) throw new GymError(kind.unknown, `the folder ${path} has no index file`)
  return onlyOne(kind, path, indexes)
}

async function loadNamed<T>(kind: Kind<T>, found: readonly Found[], reference: string): Promise<T> {
  const name = nameIn(reference)
  const path = fileNamed(kind, found, name)
  const thing = await readModule(kind, path)
  const [, version] = /@(.*)$/s.exec(reference) ?? []
  expectSame(kind, thing, path, name, version)
  return thing
}

/** Name in a reference `NAME` or `NAME@VERSION`, folders as dashes. */
const nameIn = (reference: string): string => (reference.split('@')[0] ?? '').replaceAll('/', '-')

function fileNamed<T>(kind: Kind<T>, found: readonly Found[], name: string): string {
  const paths = found.filter((item) => item.name === name).map(({ path }) => path)
  if (paths.length === 0) throw unknown(kind, name, found)
  return onlyOne(kind, name, paths)
}

function onlyOne<T>(kind: Kind<T>, name: string, paths: readonly string[]): string {
  const [path = '', other] = paths
  if (other === undefined) return path
  throw new GymError(
    kind.invalid,
    `two files hold the ${kind.noun} ${name}: ${path} and ${other}; rename or remove one`,
  )
}

function expectSame<T>(
  kind: Kind<T>,
  thing: T,
  path: string,
  wantedName: string,
  wantedVersion: string | undefined,
): void {
  const { name, version } = kind.identify(thing)
  if (name !== wantedName)
    throw new GymError(
      kind.invalid,
      `${path} holds the ${kind.noun} ${name}: give the file and the ${kind.noun} the same name`,
    )
  if (wantedVersion === undefined || wantedVersion === `${version}`) return
  const has = version === null ? `${kind.noun}s have no versions` : `what is installed is ${name}@${version}`
  throw new GymError(kind.unknown, `there is no ${kind.noun} ${name}@${wantedVersion}: ${has}`)
}

function pathFromData<T>({ unknown, noun, flag }: Kind<T>, path: string): GymError {
  const named = shown(path, 100)
  const advice = flag === undefined ? 'give its path yourself' : `give its path with ${flag}`
  return new GymError(
    unknown,
    `data names the ${noun} ${named}, which is a path: data may only name a registered ${noun}, as NAME or NAME@VERSION. If you trust the module, ${advice}`,
  )
}

function unknown<T>(kind: Kind<T>, name: string, found: readonly Found[]): GymError {
  const names = [...new Set(found.map((item) => item.name))]
  const advice = nearOr(name, names, `there are ${names.join(', ') || 'none'}`)
  return new GymError(kind.unknown, `there is no ${kind.noun} ${shown(name, 100)}: ${advice}`)
}
