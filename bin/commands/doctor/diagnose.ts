import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { messageOf } from '../../../core/data/errors.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { stepgymVersion } from '../../../records/version.ts'
import { environments } from '../../../registry/index.ts'
import type { Cli } from '../../cli.ts'
import { CONFIG_FILES, readSettings } from '../../config.ts'
import { browserFinding } from './browser.ts'
import { busFinding } from './bus.ts'
import { type Finding, well } from './finding.ts'
import { gymnasiumFindings } from './gymnasium.ts'
import { modelsFinding } from './models.ts'
import { moduleFindings, typeScriptFinding } from './modules.ts'
import { packageFindings } from './packages.ts'
import { sandboxFinding } from './sandbox.ts'

/** Never throws: what goes wrong on the way is a finding. */
export async function diagnose(cli: Cli): Promise<readonly Finding[]> {
  return [
    well('stepgym', stepgymVersion()),
    nodeFinding(process.versions.node),
    typeScriptFinding(cli.folder),
    ...packageFindings(),
    await sandboxFinding(),
    await modelsFinding(),
    await browserFinding(),
    busFinding(),
    await settingsFinding(cli),
    ...(await gymnasiumFindings(cli)),
    ...(await moduleFindings(cli.folder)),
    writeFinding(cli.folder),
    await speedFinding(),
  ]
}

const OLDEST_NODE = '20.19.0'

export function nodeFinding(version: string): Finding {
  const isOld = version.localeCompare(OLDEST_NODE, 'en', { numeric: true }) < 0
  const advice = isOld ? `install Node.js ${OLDEST_NODE} or newer from nodejs.org` : null
  return { what: 'Node.js', found: version, advice }
}

/** Settings that a command would stumble over. */
async function settingsFinding(cli: Cli): Promise<Finding> {
  const [file = 'no configuration file'] = CONFIG_FILES.filter((name) => existsSync(resolve(cli.folder, name)))
  try {
    const names = Object.keys(await readSettings(cli))
    return well('settings', `${file}${names.length > 0 ? `, in all ${names.join(', ')}` : ''}`)
  } catch (thrown) {
    return { what: 'settings', found: file, advice: messageOf(thrown) }
  }
}

/** Runs are recorded in `runs/` of the working folder by default. */
function writeFinding(folder: string): Finding {
  const runs = resolve(folder, 'runs')
  const place = existsSync(runs) ? runs : dirname(runs)
  try {
    accessSync(place, constants.W_OK)
    return well('records', `${place} can be written`)
  } catch {
    const advice = 'make it writable, work in another folder, or record elsewhere with --out'
    return { what: 'records', found: `${place} cannot be written`, advice }
  }
}

const STEPS = 4000
const SLOW_MICROSECONDS = 500

/** Steps of the smallest environment: what the kernel costs here. */
async function speedFinding(): Promise<Finding> {
  const world = await openWorld(await environments().load('guess-number'))
  const settings = { task: world.tasks.byId('default'), maxSteps: STEPS }
  const began = performance.now()
  let taken = 0
  for (let seed = 0; taken < STEPS; seed++) {
    const episode = await startEpisode(world, { ...settings, seed })
    for (; episode.ending === null && taken < STEPS; taken++) await episode.step(`${1 + (taken % 100)}`)
  }
  const microseconds = ((performance.now() - began) / STEPS) * 1000
  const advice =
    microseconds > SLOW_MICROSECONDS ? 'the machine is busy: look what else runs on it before you measure' : null
  return { what: 'time per step', found: `${microseconds.toFixed(1)} µs in guess-number`, advice }
}
