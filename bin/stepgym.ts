#!/usr/bin/env node
import { processCli } from './cli.ts'
import { pinKernel } from './pin-kernel.ts'
import { stepgym } from './program.ts'

/** A reader that has seen enough (`| head`) is not a failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
pinKernel()
process.exitCode = await stepgym(process.argv.slice(2), processCli())
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))))
// What a user's module left behind, a timer or a connection, keeps no process alive.
process.exit()
