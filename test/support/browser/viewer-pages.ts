import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Step } from '../../../core/data/types.ts'
import { createRun } from '../../../records/index.ts'
import { type AppFile, appFiles } from '../../../viewer/http/app-files.ts'
import { pngOf } from '../pictures.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** The pages of the viewer, built from the sources as they are now. */
export function builtPages(): ReadonlyMap<string, AppFile> {
  const folder = mkdtempSync(join(tmpdir(), 'stepgym-pages-'))
  try {
    const build = ['vite', 'build', '--config', 'viewer/app/vite.config.mjs', '--outDir', folder]
    const { status, stderr } = spawnSync('npx', build, { cwd: ROOT, encoding: 'utf8' })
    if (status !== 0) throw new Error(`the pages of the viewer cannot be built: ${stderr}`)
    return appFiles(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Text that tries to be something else than text. */
export const HOSTILE =
  '<img src=x onerror=document.title="owned"> </script><script>document.title="owned"</script> \u202Egnp.exe'

/** A run with one group of one episode whose texts are hostile, all of them. */
export const hostileRun = (path: string): void => runOfOne(path, [HOSTILE, HOSTILE])

/** Text of many words, and of one word that no line has room for. */
export const LONG = `${'find a lamp that is long '.repeat(60)}${'x'.repeat(900)}`

/** A run as `hostileRun`, of texts that are long. */
export const longRun = (path: string): void => runOfOne(path, [LONG, LONG], LONG)

/** A run of one step, which leads from a picture to what is called one and is SVG. */
export function pictureRun(path: string): void {
  const picture = `data:image/png;base64,${Buffer.from(pngOf(12, 7)).toString('base64')}`
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=1"/>').toString('base64')
  runOfOne(path, [picture, `data:image/png;base64,${svg}`])
}

type Observations = readonly [observation: string, nextObservation: string]

function runOfOne(path: string, [observation, nextObservation]: Observations, text = HOSTILE): void {
  const world = { options: {}, digest: 'd', environment: { id: 'hostile@1' } }
  const hooks = { turn: [], outcome: [], process: [], group: [] }
  const log = createRun(path, { world, agent: text, hooks })
  const anchors = { text: text, state: 's' }
  const origin = { environment: 'hostile@1', taskId: text, seed: 1, member: 0, forkPath: '' }
  const start = { ...origin, trajectoryId: 'h', groupId: 'g', agent: text, split: 'train', maxSteps: 3 }
  log.episodeStarted({ ...start, observation, anchors, resetEffects: [], past: [] })
  const seen = { observation, anchors, nextObservation, nextAnchors: anchors }
  const step: Step = {
    ...{ trajectoryId: 'h', index: 0, action: text, forkPath: '', effects: [], ...seen },
    ...{ isActionValid: true, terminated: true, truncated: false, info: {} },
    rewards: [{ name: 'env', version: 1, latencyMs: 0, value: null, reason: 'not-judged', detail: text }],
  }
  log.stepTaken(step)
  const end = { ending: 'terminated', endingReason: null, rewards: [] } as const
  log.episodeEnded({ ...origin, ...end, id: 'h', groupId: 'g', steps: [step] })
  log.close()
}
