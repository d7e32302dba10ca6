import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { GymError } from '../core/data/errors.ts'
import { parseJson } from '../core/data/json.ts'
import { adviceOn, importModule } from '../registry/import.ts'
import type { Cli } from './cli.ts'
import { readText } from './config/read-text.ts'
import { layered, type Settings, settingsOfFile, settingsOfVariables } from './config/settings.ts'

export type { Chosen } from './config/readers.ts'
export type { Settings } from './config/settings.ts'

/** Looked for in the working folder, in this order; two of them are one too many. */
export const CONFIG_FILES = ['ts', 'mjs', 'js', 'json'].map((ending) => `stepgym.config.${ending}`)

/**
 * What a command goes by: the configuration file, over it environment variables, over them the command line.
 * @throws GymError CONFIG_INVALID
 */
export async function readSettings(
  { folder, variables }: Pick<Cli, 'folder' | 'variables'>,
  flags: Settings = {},
): Promise<Settings> {
  const layers = [await fileSettings(folder), settingsOfVariables(variables), flags]
  return layers.reduce(layered, {})
}

async function fileSettings(folder: string): Promise<Settings> {
  const [file, other] = CONFIG_FILES.filter((name) => existsSync(join(folder, name)))
  if (file === undefined) return {}
  if (other !== undefined) throw invalid(`there are ${file} and ${other}: keep one of them`)
  const content = await contentOf(join(folder, file), file)
  if (content !== null) return settingsOfFile(content, file)
  throw invalid(`${file} holds no object: ${file.endsWith('json') ? 'write { ... }' : 'write export default { ... }'}`)
}

/** Fields of the object in the file, getters called; null for anything else. */
async function contentOf(path: string, file: string): Promise<object | null> {
  try {
    if (!statSync(path).isFile()) throw new Error('it is not a regular file')
    const content: unknown = file.endsWith('.json')
      ? parseJson(readText(path, true))
      : (await importModule(path)).default
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? { ...content } : null
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `${file} cannot be read: ${adviceOn(thrown)}`, { cause: thrown })
  }
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
