// Prints what the tests cover of each room that coverage has a floor for, from the report of the last run.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const KINDS = ['lines', 'branches', 'functions', 'statements']
const { total, ...files } = JSON.parse(readFileSync('coverage/coverage-summary.json', 'utf8'))

function coveredIn(room) {
  const own = Object.entries(files).filter(([file]) => relative(process.cwd(), file).startsWith(`${room}/`))
  return KINDS.map((kind) => {
    const [covered, all] = ['covered', 'total'].map((count) =>
      own.reduce((sum, [, each]) => sum + each[kind][count], 0),
    )
    return `${kind} ${((100 * covered) / all).toFixed(2)} %`
  })
}

for (const room of ['core', 'rewards']) console.log(`coverage of ${room}: ${coveredIn(room).join(', ')}`)
