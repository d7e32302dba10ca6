import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildSync } from 'esbuild'

const ROOT = join(import.meta.dirname, '..', '..')

/** Folder of the package as it is installed, with the examples and helpers of tests: processes of tests run it. */
export const COMPILED = join(ROOT, '.compiled')
const DIST = join(COMPILED, 'dist')

/** Path of a compiled file. @param source path of its source, from the root of the repository */
export const compiledPath = (source: string): string => join(DIST, source.replace(/\.ts$/, '.js'))

/** Folders of the package, as its build has them, and those whose programs tests start. */
const FOLDERS: readonly string[] = [...buildOf('tsconfig.build.json').include, 'examples', 'test']

function buildOf(name: string): { readonly include: readonly string[] } {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'))
}

const filesUnder = (root: string, folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))

const sources = (): readonly string[] =>
  FOLDERS.flatMap((folder) => filesUnder(ROOT, folder)).filter(
    (file) => /(?<!\.test|\.d)\.ts$/.test(file) || isCopied(file),
  )

/** Programs that processes run as they are. */
const isCopied = (file: string): boolean => /\.py$|^sandbox\/.*\.mjs$/.test(file)

/** Compiles what has changed since the last time, and removes what has no source any more. */
export function compile(): void {
  mkdirSync(DIST, { recursive: true })
  const files = sources()
  removeOthers(new Set(files.map(compiledPath)))
  const rulesChanged = modified(import.meta.filename)
  const stale = files.filter(
    (file) => modified(compiledPath(file)) <= Math.max(modified(join(ROOT, file)), rulesChanged),
  )
  emit(stale.filter((file) => file.endsWith('.ts')))
  for (const file of stale) if (isCopied(file)) write(compiledPath(file), readFileSync(join(ROOT, file)))
  write(join(COMPILED, 'package.json'), readFileSync(join(ROOT, 'package.json'), 'utf8'))
}

const modified = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** A catalogue of a folder finds every file in it. */
function removeOthers(kept: ReadonlySet<string>): void {
  const files = filesUnder(DIST, '.').map((file) => join(DIST, file))
  for (const file of files) if (/\.(js|py)$/.test(file) && !kept.has(file)) rmSync(file, { force: true })
}

function emit(files: readonly string[]): void {
  if (files.length === 0) return
  const { outputFiles } = buildSync({
    entryPoints: [...files],
    absWorkingDir: ROOT,
    outbase: ROOT,
    outdir: DIST,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
    logLevel: 'error',
  })
  for (const { path, text } of outputFiles) write(path, withCompiledImports(text))
}

/** Relative imports of sources, as esbuild prints them, mean the compiled files. */
const withCompiledImports = (code: string): string =>
  code
    .replace(/^((?:import|export|\}).* from |import )"(\.[^"]+)\.ts";$/gm, '$1"$2.js";')
    .replace(/\bimport\("(\.[^"]+)\.ts"\)/g, 'import("$1.js")')

/** Other processes may read the file meanwhile: it is there as a whole, before and after. */
function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}`
  writeFileSync(part, content)
  renameSync(part, path)
}
