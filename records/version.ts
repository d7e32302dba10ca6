import { createRequire } from 'node:module'

/** The version in stepgym's own package.json, found by name so that sources and compiled files both find it. */
export function stepgymVersion(): string {
  const own: { readonly version: string } = createRequire(import.meta.url)('stepgym/package.json')
  return own.version
}
