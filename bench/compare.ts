import { COMPARE_HELP, readCompareArguments, resultsIn, UsageError, withUsage } from './arguments.ts'
import { compared, type Results } from './results.ts'

/** Ratios of two files that `npm run bench -- TOPIC --json FILE` wrote. */
withUsage('bench:compare', () => {
  const files = readCompareArguments(process.argv.slice(2))
  if (files === null) console.log(COMPARE_HELP)
  else report(resultsIn(files[0]), resultsIn(files[1]))
})

function report(a: Results, b: Results): void {
  if (a.topic !== b.topic)
    throw new UsageError(`A is of the topic ${a.topic}, B of ${b.topic}: compare files of one topic`)
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
