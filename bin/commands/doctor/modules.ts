import { join, relative } from 'node:path'
import { messageOf } from '../../../core/data/errors.ts'
import { discover } from '../../../registry/discover.ts'
import { typeScriptOf } from '../../../registry/import.ts'
import { agents, type CatalogSettings, environments, estimators, hooks } from '../../../registry/index.ts'
import { type Finding, well } from './finding.ts'

interface Loader {
  load(name: string): Promise<unknown>
}
const FOLDERS: Readonly<Record<string, (settings: CatalogSettings) => Loader>> = {
  envs: environments,
  'rewards/hooks': hooks,
  'rewards/advantage': estimators,
  agents,
}

/** The modules of the working folder that stepgym finds by name: each one that cannot be loaded is a finding. */
export async function moduleFindings(folder: string): Promise<readonly Finding[]> {
  const each = Object.entries(FOLDERS).map(async ([place, catalog]) => {
    const loader = catalog({ userFolder: folder })
    const found = discover(join(folder, place))
    return findingsOf(
      place,
      await Promise.all(found.map(({ name, path }) => tried(relative(folder, path), name, loader))),
    )
  })
  const findings = (await Promise.all(each)).flat()
  return findings.length > 0 ? findings : [well('modules', `none in ${Object.keys(FOLDERS).join(', ')}`)]
}

interface Tried {
  readonly path: string
  /** Why it cannot be loaded; null where it can. */
  readonly problem: string | null
}

async function tried(path: string, name: string, loader: Loader): Promise<Tried> {
  try {
    await loader.load(name)
    return { path, problem: null }
  } catch (thrown) {
    return { path, problem: messageOf(thrown) }
  }
}

/** Good modules of a folder share one finding. */
function findingsOf(place: string, modules: readonly Tried[]): readonly Finding[] {
  const good = modules.filter(({ problem }) => problem === null).map(({ path }) => path)
  const bad = modules.filter(({ problem }) => problem !== null)
  return [
    ...(good.length > 0 ? [well(place, `${listed(good)} can be loaded`)] : []),
    ...bad.map(({ path, problem }) => ({ what: path, found: 'cannot be loaded', advice: problem })),
  ]
}

/** Paths that are named one by one; of more, their number is said. */
const MAX_NAMED = 5

const listed = (paths: readonly string[]): string =>
  paths.length <= MAX_NAMED ? paths.join(', ') : `${paths.length} modules`

const RUNNERS = {
  node: 'this Node.js runs them',
  tsx: 'run through tsx',
  none: 'to run them, use Node.js 22.18 or newer, or `npm install --save-dev tsx`',
}

/** Good to know, and no fault: modules in JavaScript always run. */
export const typeScriptFinding = (folder: string): Finding =>
  well('modules in TypeScript', RUNNERS[typeScriptOf(folder) ?? 'none'])
