// Compiles into dist/, and does what a compiler does not: copies Python, builds the viewer's pages, makes the command
// executable.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const [unknown] = process.argv.slice(2).filter((argument) => argument !== '--prepare')
if (unknown !== undefined) {
  const isHelp = ['--help', '-h'].includes(unknown)
  if (!isHelp) console.error(`"${unknown}" is not an argument of the build`)
  console.log('Usage: npm run build\n\nCompiles the sources into dist/; it takes no arguments.')
  process.exit(isHelp ? 0 : 2)
}

// `npx stepgym` in a checkout links it into npm's cache, and so prepares it: what is built is not built again.
const isLinked = process.argv.includes('--prepare') && process.env.npm_command === 'exec'
if (isLinked && existsSync('dist/bin/stepgym.js')) process.exit()

rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
})
if (status === 0) {
  const python = ['.', 'gvisor', 'judge', 'linux', 'sql', 'zygote'].map((part) => join('sandbox', part, 'python'))
  const copied = [...python, 'sandbox/pyodide/child', 'envs/gymnasium/python']
  for (const folder of copied) cpSync(folder, `dist/${folder}`, { recursive: true })
  chmodSync('dist/bin/stepgym.js', 0o755)
  await build({ configFile: 'viewer/app/vite.config.mjs' })
  // TypeScript 5.9 rewrites `import()` in most places, and leaves it in some: there the package would find no module.
  const broken = compiled().filter((file) => /import\(['"]\.[^'"]*\.ts['"]\)/.test(readFileSync(file, 'utf8')))
  if (broken.length > 0) {
    console.error(`these import a source: move the import() to a function of the module\n${broken.join('\n')}`)
    process.exitCode = 1
  }
} else process.exitCode = status ?? 1

function compiled() {
  const files = readdirSync('dist', { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.js')).map((file) => join('dist', file))
}
