import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Starts a program; what it has to complain of is shown. */
export const run = (command: string, ...args: readonly string[]): ChildProcess =>
  spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })

/** A file of this folder. */
export const source = (name: string): string => join(import.meta.dirname, name)

/** Our server, compiled as users have it. */
export const serving = (port: number): ChildProcess =>
  run(process.execPath, '--import', source('compiled.mjs'), source('serve.ts'), `${port}`)

/** In memory, in megabytes; NaN where the system does not say. */
export function residentMegabytes({ pid }: ChildProcess): number {
  const status = textOf(`/proc/${pid}/status`)
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}

/** Processor time of all its threads, in microseconds; NaN where the system does not say. */
export function cpuMicroseconds({ pid }: ChildProcess): number {
  const fields = textOf(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? []
  return (Number(fields[USER_TIME] ?? Number.NaN) + Number(fields[SYSTEM_TIME] ?? Number.NaN)) * MICROSECONDS_A_TICK
}

/** Places after the name of the program, in clock ticks: proc(5). */
const USER_TIME = 11
const SYSTEM_TIME = 12
const MICROSECONDS_A_TICK = 10_000

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
