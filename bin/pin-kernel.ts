import { register } from 'node:module'
import { extname } from 'node:path'

/**
 * Makes `import ... from 'stepgym'` in user modules mean the kernel that this command runs on, and `stepgym/...` the
 * package it comes from: there is one copy of them whichever is installed where, and a module can be checked in a
 * folder where none is installed.
 */
export function pinKernel(): void {
  const kernel = new URL(`../core/index${extname(import.meta.url)}`, import.meta.url)
  const hooks = `export function resolve(specifier, context, next) {
    if (specifier === 'stepgym') return next(${JSON.stringify(kernel.href)}, context)
    const isOurs = specifier.startsWith('stepgym/')
    return next(specifier, isOurs ? { ...context, parentURL: ${JSON.stringify(import.meta.url)} } : context)
  }`
  register(`data:text/javascript,${encodeURIComponent(hooks)}`)
}
