import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf } from '../core/data/errors.ts'

export interface Imported {
  readonly default?: unknown
}

/** What to do about TypeScript that this Node.js does not run, by the code of its error. */
const NO_TYPESCRIPT: Readonly<Record<string, string>> = {
  ERR_UNKNOWN_FILE_EXTENSION: `Node.js ${process.versions.node} runs no TypeScript: use Node.js 22.18 or newer, or`,
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    'Node.js runs no TypeScript that is more than types (enum, namespace, parameter property): write it without, or',
  ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING:
    'Node.js runs no TypeScript in node_modules: import the compiled module, or',
}

/**
 * Imports a module. TypeScript that this Node.js cannot run goes through tsx, where that is installed beside the module
 * or beside this package. For operators, never for clients: importing runs the module.
 */
export async function importModule(path: string): Promise<Imported> {
  const { href } = pathToFileURL(path)
  try {
    return await import(href)
  } catch (thrown) {
    if (!Object.hasOwn(NO_TYPESCRIPT, codeOf(thrown)) || !(await registerTsx(path))) throw thrown
    const loaded = unwrapped(await import(`${href}?tsx`))
    // Under Node.js 22 a module that tsx reads as CommonJS has its exports only where it is required.
    return isEmpty(loaded.default) ? createRequire(path)(path) : loaded
  }
}

/** A module that tsx reads as CommonJS, because its package does not use modules, has its exports in its default export. */
function unwrapped(loaded: Imported): Imported {
  const inner: unknown = loaded.default
  const isWrapped = typeof inner === 'object' && inner !== null && '__esModule' in inner && 'default' in inner
  return isWrapped ? { default: inner.default } : loaded
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** @returns whether tsx is there: from then on, it reads every module in TypeScript, imported and required. */
async function registerTsx(path: string): Promise<boolean> {
  const home = [path, import.meta.filename].map(tsxFrom).find((found) => found !== null)
  if (home === undefined || home === null) return false
  for (const api of ['esm', 'cjs']) {
    const { register }: Registering = await import(pathToFileURL(join(home, 'dist', api, 'api', 'index.mjs')).href)
    register()
  }
  return true
}

interface Registering {
  readonly register: () => unknown
}

/** Folder of the tsx that is installed for this file. Its API for `require` cannot register what is imported. */
function tsxFrom(path: string): string | null {
  try {
    return dirname(createRequire(path).resolve('tsx/package.json'))
  } catch {
    return null
  }
}

/** Whether TypeScript in this folder can be imported, and by what. */
export function typeScriptOf(folder: string): 'node' | 'tsx' | null {
  if ('typescript' in process.features && process.features.typescript !== false) return 'node'
  return [join(folder, 'module.ts'), import.meta.filename].some((from) => tsxFrom(from) !== null) ? 'tsx' : null
}

const INSTALL_TSX = 'install tsx by `npm install --save-dev tsx` and run the command again'

/** What went wrong with an import, and what to do about it. */
export function adviceOn(thrown: unknown): string {
  const advice = NO_TYPESCRIPT[codeOf(thrown)]
  if (advice !== undefined) return `${advice} ${INSTALL_TSX}`
  if (codeOf(thrown) === 'ERR_MODULE_NOT_FOUND')
    return `${messageOf(thrown)}: install or correct the imports of the module`
  return messageOf(thrown)
}

const codeOf = (thrown: unknown): string => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '')
