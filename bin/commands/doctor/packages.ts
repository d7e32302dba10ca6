import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Finding, well } from './finding.ts'

interface PackageFile {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const require = createRequire(import.meta.url)

/** The packages that stepgym builds on, and the optional ones that are there. */
export function packageFindings(): readonly Finding[] {
  const own: PackageFile = require('stepgym/package.json')
  const { dependencies = {}, optionalDependencies = {} } = own
  return [
    ...Object.keys(dependencies).map((name) => findingOf(name, 'npm install')),
    ...Object.keys(optionalDependencies).map((name) => findingOf(name, null)),
  ]
}

/** @param remedy null for a piece that one can do without. */
function findingOf(name: string, remedy: string | null): Finding {
  const version = installedVersion(name)
  if (version !== null) return well(name, version)
  return { what: name, found: 'not installed', advice: remedy && `${remedy} installs it` }
}

/** Looks where Node.js would, and runs nothing. */
function installedVersion(name: string): string | null {
  const places = require.resolve.paths(name) ?? []
  const path = places.map((place) => join(place, name, 'package.json')).find((each) => existsSync(each))
  if (path === undefined) return null
  const { version }: PackageFile = JSON.parse(readFileSync(path, 'utf8'))
  return version
}
