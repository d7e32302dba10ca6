import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import type { Cli } from '../../cli.ts'

/**
 * The secret that a source names: `env:NAME` an environment variable, anything else a file, without white space at
 * either end.
 * @throws GymError CONFIG_INVALID if there is none
 */
export async function seedKeyOf(
  source: string | undefined,
  { folder, variables }: Pick<Cli, 'folder' | 'variables'>,
): Promise<string | undefined> {
  if (source === undefined) return undefined
  const text = source.startsWith('env:') ? variables[source.slice(4)] : await textOf(resolve(folder, source))
  if (text === undefined || text.trim() === '')
    throw new GymError('CONFIG_INVALID', `--seed-key ${source}: there is no secret; name a file or env:NAME`)
  return text.trim()
}

const textOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)
