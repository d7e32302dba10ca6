// Compiles into dist/, and makes the command executable, which a compiler does not.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'

// `npx stepgym` in a checkout links it into npm's cache, and so prepares it: what is built is not built again.
const isLinked = process.argv.includes('--prepare') && process.env.npm_command === 'exec'
if (isLinked && existsSync('dist/bin/stepgym.js')) process.exit()

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
})
if (status === 0) chmodSync('dist/bin/stepgym.js', 0o755)
else process.exitCode = status ?? 1
