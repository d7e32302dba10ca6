#!/usr/bin/env node
import { processCli } from './cli.ts'
import { pinKernel } from './pin-kernel.ts'
import { stepgym } from './program.ts'

/** A reader that has seen enough (`| head`) is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
pinKernel()
process.exitCode = await stepgym(process.argv.slice(2), processCli())
