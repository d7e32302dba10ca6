import { drawText, LETTERS, type Rule, scan, times } from '../rule.ts'
import type { ProcedureState } from '../states.ts'

const count: Rule = {
  name: 'count',
  says: 'For each string write the list of the string, the number of its letters, the number that its digits form (0 without digits), and the product of both. The last state is the sum of the products.',
  draw: (rng, steps) => ({
    strings: times(Math.max(1, steps - 1), () => drawText(rng, rng.int(4, 7), `${LETTERS}0123456789`)),
  }),
  run(data) {
    const rows = data.texts('strings').map((text) => {
      const letters = text.replace(/\d/g, '').length
      const digits = Number(text.replace(/\D/g, '') || '0')
      return { shown: [text, `${letters}`, `${digits}`, `${letters * digits}`], product: letters * digits }
    })
    const sum = rows.reduce((total, { product }) => total + product, 0)
    return { init: '0', states: [...rows.map(({ shown }): ProcedureState => shown), sum] }
  },
  ask: (data) =>
    `\n[Question]\nStrings:\n[${data
      .texts('strings')
      .map((text) => `'${text}'`)
      .join(', ')}]`,
}

const cumulate: Rule = {
  name: 'cumulate',
  says: 'Begin with N and follow the operations. A state is the number after an operation.',
  draw: (rng, steps) => ({
    init: rng.int(1, 9),
    operations: times(steps, () => (rng.chance(0.7) ? `Add ${rng.int(0, 9)}` : `Multiply ${rng.int(1, 5)}`)),
  }),
  run: (data) =>
    scan(data.number('init'), data.texts('operations'), (state, operation) => {
      const [verb, by] = operation.split(' ')
      return verb === 'Add' ? state + Number(by) : state * Number(by)
    }),
  ask: (data) => `\n[Question]\nN = ${data.number('init')}\nOperations: [${data.texts('operations').join(', ')}]\n`,
}

const moveCyclic: Rule = {
  name: 'move-cyclic',
  says: 'Move x in the array as the operations say; beyond one end it continues at the other. A state is the array after an operation.',
  draw: (rng, steps) => {
    const width = rng.int(5, 9)
    return {
      init: arrayWith(width, rng.int(0, width - 1)),
      operations: times(steps, () => [rng.choice(['left', 'right'] as const), rng.int(1, width)]),
    }
  },
  run: (data) =>
    scan(data.text('init'), data.rows('operations'), (state, [side, by]) => {
      const moved = state.indexOf('x') + (side === 'left' ? -Number(by) : Number(by))
      return arrayWith(state.length, ((moved % state.length) + state.length) % state.length)
    }),
  ask: (data) => {
    const lines = data.rows('operations').map(([side, by]) => ` (${side}, ${by})`)
    return `\n[Question]\nInitial array:\n${data.text('init')}\nOperations: [\n${lines.join(',\n')}\n]\n`
  },
}

const arrayWith = (width: number, at: number): string => `${'-'.repeat(at)}x${'-'.repeat(width - at - 1)}`

const findCyclic: Rule = {
  name: 'find-cyclic',
  says: 'Begin at the given character of the string and walk right as many places as the command says; after the end it begins again. A state is the list of the character reached and the places left; the last state is the character reached.',
  draw: (rng, steps) => {
    const string = rng.shuffle([...LETTERS]).slice(0, rng.int(3, 9))
    return { string: string.join(''), command: [rng.choice(string), `${steps}`] }
  },
  run(data) {
    const string = data.text('string')
    const [start = '', places = '0'] = data.texts('command')
    const reached = (step: number): string => string[(string.indexOf(start) + step) % string.length] ?? ''
    const count = Number(places)
    const between = Array.from({ length: count - 1 }, (_, at) => [reached(at + 1), `${count - at - 1}`])
    return { init: [start, places], states: [...between, reached(count)] }
  },
  ask: (data) => {
    const command = data.texts('command').map((part) => `'${part}'`)
    return `\n[Question]\nString: ${data.text('string')}\nCommand: [${command.join(', ')}]\n`
  },
}

/** Beyond this no product is drawn: numbers stay small. */
const MOST_PRODUCT = 200

const arithmetic: Rule = {
  name: 'arithmetic',
  says: 'Replace the innermost brackets by their value, until a number is left. A state is the expression after that.',
  draw(rng, steps) {
    let [expression, value] = [`${rng.int(1, 9)}`, 0]
    for (let step = 0; step < steps; step++) {
      const other = rng.int(1, 9)
      const verb = rng.choice(Math.abs(value) < MOST_PRODUCT ? (['+', '-', '*'] as const) : (['+', '-'] as const))
      expression = rng.chance(0.5) ? `(${expression} ${verb} ${other})` : `(${other} ${verb} ${expression})`
      value = Number(reduced(expression).at(-1) ?? 0)
    }
    return { expression }
  },
  run(data) {
    const expression = data.text('expression')
    const states = reduced(expression)
    return { init: expression, states: [...states.slice(0, -1), Number(states.at(-1) ?? expression)] }
  },
  ask: (data) => `\n[Question]\nExpression: ${data.text('expression')}`,
}

const INNERMOST = /\((-?\d+) ([+*-]) (-?\d+)\)/

/** The expression after each replacement. */
function reduced(expression: string): readonly string[] {
  const states: string[] = []
  for (let left = expression; INNERMOST.test(left); ) {
    left = left.replace(
      INNERMOST,
      (_, one: string, verb: string, other: string) => `${resultOf(Number(one), verb, Number(other))}`,
    )
    states.push(left)
  }
  return states
}

function resultOf(one: number, verb: string, other: number): number {
  if (verb === '*') return one * other
  return verb === '+' ? one + other : one - other
}

export const NUMBER_RULES = [count, cumulate, moveCyclic, findCyclic, arithmetic] as const
