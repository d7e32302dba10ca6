// Compiles into dist/, and puts the command where `npx stepgym` finds it inside this repository too.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'

const COMMAND = 'dist/bin/stepgym.js'
const LINK = 'node_modules/.bin/stepgym'

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)

chmodSync(COMMAND, 0o755)
if (process.platform !== 'win32') {
  mkdirSync('node_modules/.bin', { recursive: true })
  rmSync(LINK, { force: true })
  symlinkSync(`../../${COMMAND}`, LINK)
}
