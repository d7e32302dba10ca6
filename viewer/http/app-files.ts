import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { GymError } from '../../core/data/errors.ts'

/** A file of the pages. */
export interface AppFile {
  readonly type: string
  readonly body: Buffer
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** The compiled package, or the root of the repository. */
const PACKAGE = join(import.meta.dirname, '..', '..')
const BUILT = join(basename(PACKAGE) === 'dist' ? PACKAGE : join(PACKAGE, 'dist'), 'viewer', 'pages')

/** Whether the pages are there: a checkout has them once it is built. */
export const arePagesBuilt = (): boolean => existsSync(join(BUILT, 'index.html'))

/**
 * The built pages by address, read once: nothing else is ever served.
 * @throws GymError CONFIG_INVALID if they were not built
 */
export function appFiles(folder = BUILT): ReadonlyMap<string, AppFile> {
  if (!existsSync(join(folder, 'index.html')))
    throw new GymError('CONFIG_INVALID', `the pages of the viewer are not in ${folder}: run npm run build`)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => typeOf(name) !== undefined)
  const files = names.map((name) => [`/${name.replaceAll('\\', '/')}`, fileOf(folder, name)] as const)
  return new Map([...files, ['/', fileOf(folder, 'index.html')]])
}

const typeOf = (name: string): string | undefined => TYPES[name.split('.').at(-1) ?? '']

const fileOf = (folder: string, name: string): AppFile => ({
  type: typeOf(name) ?? '',
  body: readFileSync(join(folder, name)),
})
