import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { messageOf } from '../core/data/errors.ts'

export interface Imported {
  readonly default?: unknown
}

/** Node.js has these for TypeScript that it cannot run: at all, or not with types that are more than annotations. */
const NO_TYPESCRIPT = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX']

/**
 * Imports a module. TypeScript that this Node.js cannot run goes through tsx, where that is installed beside the module
 * or beside this package. For operators, never for clients: importing runs the module.
 */
export async function importModule(path: string): Promise<Imported> {
  const { href } = pathToFileURL(path)
  try {
    return await import(href)
  } catch (thrown) {
    if (!NO_TYPESCRIPT.includes(codeOf(thrown)) || !(await registerTsx(path))) throw thrown
    return import(`${href}?tsx`)
  }
}

/** @returns whether tsx is there: from then on, it reads every module in TypeScript, imported and required. */
async function registerTsx(path: string): Promise<boolean> {
  const home = [path, import.meta.filename].find((from) => resolved(TSX[0], from) !== null)
  if (home === undefined) return false
  for (const api of TSX) {
    const { register }: Registering = await import(pathToFileURL(resolved(api, home) ?? '').href)
    register()
  }
  return true
}

interface Registering {
  readonly register: () => unknown
}

const TSX = ['tsx/esm/api', 'tsx/cjs/api'] as const

/** Whether TypeScript in this folder can be imported, and by what. */
export function typeScriptOf(folder: string): 'node' | 'tsx' | null {
  if ('typescript' in process.features && process.features.typescript !== false) return 'node'
  return [`${folder}/module.ts`, import.meta.filename].some((from) => resolved(TSX[0], from) !== null) ? 'tsx' : null
}

function resolved(specifier: string, from: string): string | null {
  try {
    return createRequire(from).resolve(specifier)
  } catch {
    return null
  }
}

/** How to get TypeScript to run here. */
export const TYPESCRIPT_ADVICE = `Node.js ${process.versions.node} runs no TypeScript: use Node.js 22.18 or newer, or install tsx by \`npm install --save-dev tsx\` and run the command again`

/** What went wrong with an import, and what to do about it. */
export function adviceOn(thrown: unknown): string {
  if (NO_TYPESCRIPT.includes(codeOf(thrown))) return TYPESCRIPT_ADVICE
  if (codeOf(thrown) === 'ERR_MODULE_NOT_FOUND')
    return `${messageOf(thrown)}: install or correct what the module imports`
  return messageOf(thrown)
}

const codeOf = (thrown: unknown): string => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '')
