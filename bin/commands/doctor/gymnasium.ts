import { messageOf } from '../../../core/data/errors.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { openWorld, withSoftware } from '../../../core/episode/world.ts'
import type { Cli } from '../../cli.ts'
import { readSettings, type Settings } from '../../config.ts'
import { environmentCatalog, operatorSetting } from '../../find.ts'
import { type Finding, well } from './finding.ts'

/** Tried where nothing is configured: whether the Python of this machine has Gymnasium. */
const TRIED: JsonObject = { python3: { gymnasium: 'CartPole-v1' } }

/** Environments of Gymnasium that the settings configure, each of them opened. Without any, what Gymnasium there is. */
export async function gymnasiumFindings(cli: Cli): Promise<readonly Finding[]> {
  const settings = await readSettings(cli).catch((): Settings => ({}))
  const configured = gymnasiumOf(cli.folder, settings)
  if (configured.length > 0) return Promise.all(configured.map((name) => findingOf(cli.folder, settings, name)))
  const { advice, found } = await findingOf(cli.folder, { environmentServers: TRIED }, 'python3')
  // Only environments of Gymnasium need it.
  return [well('gymnasium', advice === null ? found : `none: ${advice}`)]
}

function gymnasiumOf(folder: string, settings: Settings): readonly string[] {
  try {
    const entries = operatorSetting('environmentServers', folder, settings)
    if (!isObject(entries)) return []
    return Object.entries(entries).flatMap(([name, each]) => (isObject(each) && 'gymnasium' in each ? [name] : []))
  } catch {
    // A file that cannot be read is a finding of the commands that need it.
    return []
  }
}

async function findingOf(folder: string, settings: Settings, name: string): Promise<Finding> {
  const what = `gymnasium ${name}`
  try {
    const environment = await environmentCatalog(folder, settings).load('gymnasium')
    const { software } = await withSoftware(await openWorld(environment, { environment: name }))
    const { id, version, python, fork, reason } = partsOf(software?.gymnasium)
    if (version === undefined) return { what, found: 'cannot be opened', advice: `${reason}` }
    return well(what, `${id}, Gymnasium ${version}, Python ${python}, fork ${fork}${reason ? `: ${reason}` : ''}`)
  } catch (thrown) {
    return { what, found: 'cannot be opened', advice: messageOf(thrown) }
  }
}

const partsOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
