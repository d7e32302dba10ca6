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
    return Promise.all(found.map(({ name, path }) => findingOf(relative(folder, path), () => loader.load(name))))
  })
  const findings = (await Promise.all(each)).flat()
  return findings.length > 0 ? findings : [well('modules', `none in ${Object.keys(FOLDERS).join(', ')}`)]
}

async function findingOf(what: string, load: () => Promise<unknown>): Promise<Finding> {
  try {
    await load()
    return well(what, 'can be loaded')
  } catch (thrown) {
    return { what, found: 'cannot be loaded', advice: messageOf(thrown) }
  }
}

const RUNNERS = {
  node: 'this Node.js runs them',
  tsx: 'run through tsx',
  none: 'to run them, use Node.js 22.18 or newer, or `npm install --save-dev tsx`',
}

/** Good to know, and no fault: modules in JavaScript always run. */
export const typeScriptFinding = (folder: string): Finding =>
  well('modules in TypeScript', RUNNERS[typeScriptOf(folder) ?? 'none'])
