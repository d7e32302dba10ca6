import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Runs the benchmarks of one topic, each in a process of its own: `npm run bench -- webshop [steps]`. */
const [topic = '', only] = process.argv.slice(2)
const folder = join(import.meta.dirname, topic)
const topics = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())

if (topic === '' || !existsSync(folder)) {
  console.error(`which benchmark? npm run bench -- ${topics.map(({ name }) => name).join(' | ')}`)
  process.exitCode = 2
} else {
  const files = readdirSync(folder).filter((file) => only === undefined || file === `${only}.ts`)
  for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
    console.log(`\n== ${topic}/${file.slice(0, -3)}`)
    const { status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', join(folder, file)], {
      stdio: 'inherit',
    })
    if (status !== 0) process.exitCode = 1
  }
}
