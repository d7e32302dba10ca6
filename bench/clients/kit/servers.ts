import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PYTHON } from '../../wire/kit/openenv.ts'
import { run, source } from '../../wire/kit/processes.ts'

/** A server in a process of its own, and where clients find one of its environments. */
export interface Served {
  readonly process: ChildProcess
  readonly urlOf: (environment: string) => string
}

/** Five minutes: a busy machine is slow to start a server. */
const ATTEMPTS = 1_500
const kit = (name: string): string => join(import.meta.dirname, name)

/** Our server, compiled as users have it. */
export async function ours(port: number): Promise<Served> {
  const child = run(process.execPath, '--import', source('compiled.mjs'), kit('serve.ts'), `${port}`)
  return { process: await answering(child, port), urlOf: (environment) => `http://127.0.0.1:${port}/${environment}` }
}

/** The real OpenEnv server of one of the environments. */
export async function theirs(environment: string, port: number): Promise<Served> {
  const child = run(PYTHON, source('openenv_server.py'), environment, `${port}`)
  return { process: await answering(child, port), urlOf: () => `http://127.0.0.1:${port}` }
}

/** The process, once it answers anything. @throws Error where it ends before, or takes too long; it is ended then */
async function answering(child: ChildProcess, port: number): Promise<ChildProcess> {
  for (let attempt = 0; attempt < ATTEMPTS && child.exitCode === null; attempt++) {
    await sleep(200)
    if (child.exitCode === null && (await isAnswered(port))) return child
  }
  child.kill('SIGKILL')
  throw new Error(`the server of port ${port} does not answer`)
}

const isAnswered = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  )
