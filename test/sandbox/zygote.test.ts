import { execFileSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { BACKENDS, tryBackend } from '../../sandbox/backends.ts'
import { SandboxPool } from '../../sandbox/pool.ts'
import { checkProgram } from '../../sandbox/program.ts'
import { processesFrom } from '../support/sandbox/processes.ts'

/** Whether the kernel of this machine lets a process make a ring of io_uring. */
const hasRings = (): boolean => {
  const main = 'import ctypes\nprint(ctypes.CDLL(None).syscall(425, 1, ctypes.create_string_buffer(120)))'
  return Number(execFileSync('/usr/bin/python3', ['-c', main], { encoding: 'utf8' })) >= 0
}

const { backend, problem } = await tryBackend('zygote', BACKENDS.zygote)
if (problem !== null) console.warn(`skipped: zygote: ${problem}`)

describe.skipIf(problem !== null)('a zygote', () => {
  const pool = problem === null ? new SandboxPool(backend, { size: 2 }) : null
  afterAll(() => pool?.close())
  const run = async (main: string, limits = {}) => {
    if (pool === null) throw new Error('skipped')
    return pool.run({ main, limits })
  }

  it('is not the process that runs a program: each has its own, and children of its own', async () => {
    const main =
      'import os, subprocess\nprint(os.getpid(), os.getppid(), subprocess.run(["/usr/bin/id", "-u"], capture_output=True).stdout)'
    const { stdout } = await run(main)
    expect(stdout.text).toMatch(/^2 1 b'\d+\\n'\n$/)
    expect(stdout.text).not.toContain("b'0")
  })

  it('kills a program that calls the kernel by the x32 interface', async () => {
    const main = 'import ctypes\nctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 + 39))'
    expect(await run(main)).toMatchObject(process.arch === 'x64' ? { status: 'killed', signal: 31 } : { status: 'ok' })
  })

  it.runIf(problem === null && hasRings())('has copied what a program writes to before it runs', async () => {
    const main = 'import resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)'
    // About 60, and 290 where a fork shares all pages.
    expect(Number((await run(main)).stdout.text)).toBeLessThan(150)
  })

  it('breaks, and names why, where its forker ends', async () => {
    const zygote = await backend.startWorker()
    const execution = zygote.start(checkProgram({ main: 'import time\ntime.sleep(600)' }))
    const [, , , forker] = processesFrom(Number(zygote.pid))
    process.kill(Number(forker), 'SIGKILL')
    await expect(execution.result).rejects.toThrow(/the zygote could not run a program: it ended with 72/)
    await zygote.end()
  })
})
