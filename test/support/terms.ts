import type { Term } from '../../rewards/estimator/explanation.ts'

/** Value of a formula in the names of its inputs, by replacing each name by its figure. */
export function evaluated({ formula, inputs }: Term): number {
  const code = formula
    .replaceAll('−', '-')
    .replaceAll('×', '*')
    .replaceAll(/[a-z]+/g, (name) => `(${inputs[name]})`)
  return Function(`return ${code}`)()
}
