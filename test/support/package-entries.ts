import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'

const ROOT = new URL('../..', import.meta.url).pathname

/** An entry of package.json's `exports`: the name that users import, and its source. */
export interface PackageEntry {
  readonly name: string
  readonly source: string
}

/** Something that an entry exports. */
export interface PackageExport {
  readonly entry: string
  readonly name: string
  /** Source file of its declaration. */
  readonly file: string
  /** Its docstring without tags; empty where it has none. */
  readonly docstring: string
}

interface Target {
  readonly default: string
}

/** Every entry with code; patterns such as `./hooks/*` give one for each file. */
export function packageEntries(): readonly PackageEntry[] {
  const { exports }: { exports: Readonly<Record<string, Target | string>> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  return Object.entries(exports).flatMap(([name, target]) =>
    typeof target === 'string' ? [] : entriesOf(name.replace('.', 'stepgym'), sourceOf(target.default)),
  )
}

const sourceOf = (built: string): string => built.replace('./dist/', '').replace(/\.js$/, '.ts')

function entriesOf(name: string, source: string): readonly PackageEntry[] {
  if (!source.includes('*')) return [{ name, source }]
  const folder = posix.dirname(source)
  return readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ name: name.replace('*', file.slice(0, -3)), source: posix.join(folder, file) }))
}

/** Every export of every entry, read by the TypeScript compiler. */
export function packageExports(): readonly PackageExport[] {
  const entries = packageEntries()
  const program = ts.createProgram(
    entries.map(({ source }) => join(ROOT, source)),
    { allowImportingTsExtensions: true, noEmit: true, module: ts.ModuleKind.NodeNext, strict: true },
  )
  const checker = program.getTypeChecker()
  return entries.flatMap(({ name, source }) => {
    const file = program.getSourceFile(join(ROOT, source))
    const module = file && checker.getSymbolAtLocation(file)
    if (!module) throw new Error(`${source} exports nothing`)
    return checker.getExportsOfModule(module).map((symbol) => exportOf(checker, name, symbol))
  })
}

function exportOf(checker: ts.TypeChecker, entry: string, symbol: ts.Symbol): PackageExport {
  const declared = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const file = declared.declarations?.[0]?.getSourceFile().fileName ?? ''
  const docstring = ts.displayPartsToString(declared.getDocumentationComment(checker))
  return { entry, name: symbol.name, file: posix.relative(ROOT, file), docstring }
}
