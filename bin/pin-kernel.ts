import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { extname } from 'node:path'
import { parseOwnJson } from '../core/data/json.ts'

/**
 * Makes `import ... from 'stepgym'` in user modules mean the kernel that this command runs on, and `stepgym/...` the
 * package it comes from: there is one copy of them whichever is installed where, and a module can be checked in a
 * folder where none is installed.
 */
export function pinKernel(): void {
  const kernel = new URL(`../core/index${extname(import.meta.url)}`, import.meta.url)
  const pinned = { ...(extname(import.meta.url) === '.ts' && sourcesOfExports()), stepgym: kernel.href }
  const hooks = `const PINNED = new Map(Object.entries(${JSON.stringify(pinned)}))
  export function resolve(specifier, context, next) {
    if (PINNED.has(specifier)) return next(PINNED.get(specifier), context)
    const isOurs = specifier.startsWith('stepgym/')
    return next(specifier, isOurs ? { ...context, parentURL: ${JSON.stringify(import.meta.url)} } : context)
  }`
  register(`data:text/javascript,${encodeURIComponent(hooks)}`)
}

interface Package {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}

/** In the repository the exports of the package are its sources: what is built there may be older, or absent. */
function sourcesOfExports(): Readonly<Record<string, string>> {
  const { exports } = parseOwnJson<Package>(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const entries = Object.entries(exports).flatMap(([name, target]) => {
    if (typeof target === 'string' || name.includes('*')) return []
    const source = target.default.replace(/^\.\/dist\//, '../').replace(/\.js$/, '.ts')
    return [[name.replace(/^\./, 'stepgym'), new URL(source, import.meta.url).href] as const]
  })
  return Object.fromEntries(entries)
}
