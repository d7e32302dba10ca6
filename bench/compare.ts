import { readFileSync } from 'node:fs'
import { compared, type Results } from './results.ts'

/** Ratios of two files that `npm run bench -- TOPIC --json FILE` wrote: `npm run bench:compare A B`. */
const [first, second] = process.argv.slice(2)

if (first === undefined || second === undefined) {
  console.error('which files? npm run bench:compare bench/baselines/TOPIC.json FILE')
  process.exitCode = 2
} else report(resultsIn(first), resultsIn(second))

function resultsIn(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function report(a: Results, b: Results): void {
  for (const [label, { topic, date, machine }] of Object.entries({ A: a, B: b }))
    console.log(
      `${label}: ${topic}, ${date}, ${machine.cpu}, ${machine.cores} cores, ${machine.node}, load ${machine.load}`,
    )
  const { changes, unmatched } = compared(a, b)
  console.table(
    Object.fromEntries(
      changes.map(({ figure, ratio, low, high }) => [
        figure,
        { 'B / A': ratio.toFixed(2), spread: `${low.toFixed(2)} to ${high.toFixed(2)}` },
      ]),
    ),
  )
  if (unmatched.length > 0) console.log(`in one of them only: ${unmatched.join('; ')}`)
}
