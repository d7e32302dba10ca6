import { readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { extname } from 'node:path'
import { parseOwnJson } from '../core/data/json.ts'

type Resolve = (specifier: string, context: object, next: (specifier: string, context: object) => unknown) => unknown

/**
 * Makes `import ... from 'stepgym'` in user modules mean the kernel that this command runs on, and `stepgym/...` the
 * package it comes from: there is one copy of them whichever is installed where, and a module can be checked in a
 * folder where none is installed. `register` is for Node.js below 22.15, and deprecated in newer ones.
 */
export function pinKernel(): void {
  const kernel = new URL(`../core/index${extname(import.meta.url)}`, import.meta.url)
  const pinned = { ...(extname(import.meta.url) === '.ts' && sourcesOfExports()), stepgym: kernel.href }
  if ('registerHooks' in nodeModule && typeof nodeModule.registerHooks === 'function')
    nodeModule.registerHooks({ resolve: resolverOf(pinned, import.meta.url) })
  else {
    const resolve = `(${resolverOf})(${JSON.stringify(pinned)}, ${JSON.stringify(import.meta.url)})`
    nodeModule.register(`data:text/javascript,${encodeURIComponent(`export const resolve = ${resolve}`)}`)
  }
}

/** Its text runs in another thread too: it uses nothing but its arguments. */
function resolverOf(pinned: Readonly<Record<string, string>>, ours: string): Resolve {
  return (specifier, context, next) => {
    const url = Object.hasOwn(pinned, specifier) ? pinned[specifier] : undefined
    if (url !== undefined) return next(url, context)
    return next(specifier, specifier.startsWith('stepgym/') ? { ...context, parentURL: ours } : context)
  }
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
