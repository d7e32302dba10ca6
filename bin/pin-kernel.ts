import { register } from 'node:module'
import { extname } from 'node:path'

/**
 * Makes `import ... from 'stepgym'` in user modules mean the kernel that this command runs on: there is one copy of
 * it whichever is installed where, and a module can be checked in a folder where none is installed.
 */
export function pinKernel(): void {
  const kernel = new URL(`../core/index${extname(import.meta.url)}`, import.meta.url)
  const hooks = `export const resolve = (specifier, context, next) =>
    next(specifier === 'stepgym' ? ${JSON.stringify(kernel.href)} : specifier, context)`
  register(`data:text/javascript,${encodeURIComponent(hooks)}`)
}
