import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ProcessGroup } from '../../sandbox/linux/process-group.ts'
import { until } from '../support/server/client.ts'

const STARTS_ANOTHER = ['-c', 'sleep 600 & echo $!; wait']

/** A process that has started another one. */
async function started() {
  const child = spawn('sh', STARTS_ANOTHER, { detached: true })
  const group = new ProcessGroup(child)
  const [text] = await once(child.stdout, 'data')
  return { child, group, other: `/proc/${String(text).trim()}` }
}

describe.skipIf(process.platform !== 'linux')('a group of processes', () => {
  it('ends with all that its first one has started', async () => {
    const { child, group, other } = await started()
    expect(existsSync(other)).toBe(true)
    group.end()
    await once(child, 'close')
    await until(() => !existsSync(other))
    group.end()
  })

  it('ends where something else kills its first one', async () => {
    const { child, other } = await started()
    child.kill('SIGKILL')
    await once(child, 'close')
    await until(() => !existsSync(other))
    expect(child.signalCode).toBe('SIGKILL')
  })

  it('ends with this process', async () => {
    const script = `import { spawn } from 'node:child_process'
import { ProcessGroup } from './sandbox/linux/process-group.ts'
const child = spawn('sh', ${JSON.stringify(STARTS_ANOTHER)}, { detached: true })
new ProcessGroup(child)
child.stdout.on('data', (text) => {
  console.log(String(text))
  setImmediate(() => process.exit())
})`
    const args = ['--import', 'tsx', '--input-type=module', '-e', script]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: new URL('../..', import.meta.url) })
    expect(stdout.trim()).toMatch(/^\d+$/)
    await until(() => !existsSync(`/proc/${stdout.trim()}`))
  })
})
