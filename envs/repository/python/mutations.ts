import type { Expression, FunctionDefinition, Operator, Span, Statement } from './syntax.ts'

/** Kinds of mistakes. */
export const MISTAKES = [
  'comparison',
  'arithmetic',
  'off-by-one',
  'wrong-variable',
  'missing-branch',
  'swapped-arguments',
  'wrong-default',
  'logic',
] as const
export type Mistake = (typeof MISTAKES)[number]

/** A text in place of a part of a module's source. */
export interface Mutation extends Span {
  readonly kind: Mistake
  /** Function of the module that it changes. */
  readonly name: string
  readonly text: string
}

/** Line of a position, from 1. */
export const lineAt = (source: string, at: number): number => source.slice(0, at).split('\n').length

/** Every mutation of the functions of a module. What each does to the program is not known here. */
export function mutationsOf(source: string, statements: readonly Statement[]): readonly Mutation[] {
  return statements.flatMap((statement) => (statement.kind === 'def' ? new Mutator(source, statement).mutations() : []))
}

const COMPARISONS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>'],
  '<=': ['<', '>='],
  '>': ['>=', '<'],
  '>=': ['>', '<='],
  '==': ['!='],
  '!=': ['=='],
  in: ['not in'],
  'not in': ['in'],
}
const ARITHMETIC: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['+'],
  '//': ['%'],
  '%': ['//'],
  '+=': ['-=', '='],
  '-=': ['+='],
}

const LOGIC = { and: ['or'], or: ['and'] }

/** A text in place of a part, of a function that is not yet named. */
type Change = Omit<Mutation, 'name'>

const change = (kind: Mistake, { start, end }: Span, text: string): Change => ({ kind, start, end, text })

/** Finds the mutations of one function. */
class Mutator {
  readonly #source: string
  readonly #definition: FunctionDefinition
  readonly #names: readonly string[]

  constructor(source: string, definition: FunctionDefinition) {
    this.#source = source
    this.#definition = definition
    this.#names = definition.parameters.map(({ name }) => name)
  }

  mutations(): readonly Mutation[] {
    const { name, parameters, body } = this.#definition
    const standards = parameters.flatMap(({ standard }) => (standard === null ? [] : this.#standard(standard)))
    return [...standards, ...this.#block(body)].map((each) => ({ ...each, name }))
  }

  #text({ start, end }: Span): string {
    return this.#source.slice(start, end)
  }

  #standard(standard: Expression): readonly Change[] {
    if (standard.kind !== 'constant') return []
    return otherConstants(standard.value).map((text) => change('wrong-default', standard, text))
  }

  #block(statements: readonly Statement[]): readonly Change[] {
    return statements.flatMap((statement) => this.#statement(statement))
  }

  #statement(statement: Statement): readonly Change[] {
    switch (statement.kind) {
      case 'return':
        return statement.value === null ? [] : this.#expression(statement.value)
      case 'assign': {
        const index = statement.target.kind === 'index' ? this.#expression(statement.target.index) : []
        return [...index, ...this.#expression(statement.value)]
      }
      case 'augmented':
        return [...replaced('arithmetic', statement.operator, ARITHMETIC), ...this.#expression(statement.value)]
      case 'expression':
        return statement.value.kind === 'constant' ? [] : this.#expression(statement.value)
      case 'if':
        return [
          ...statement.branches.flatMap((_, at) => this.#branch(statement, at)),
          ...this.#block(statement.otherwise),
        ]
      case 'for':
        return [...this.#expression(statement.over), ...this.#block(statement.body)]
      case 'while':
        return [...this.#expression(statement.test), ...this.#block(statement.body)]
      default:
        return []
    }
  }

  #branch({ branches, otherwise }: Statement & { readonly kind: 'if' }, at: number): readonly Change[] {
    const branch = branches[at]
    if (branch === undefined) return []
    // What the statement can do without.
    const isFree = at > 0 || (branches.length === 1 && otherwise.length === 0)
    return [
      ...(isFree ? [change('missing-branch', this.#linesOf(branch), '')] : []),
      change('logic', branch.test, `not (${this.#text(branch.test)})`),
      ...this.#expression(branch.test),
      ...this.#block(branch.body),
    ]
  }

  /** Whole lines, from the indentation on. */
  #linesOf({ start, end }: Span): Span {
    return { start: this.#source.lastIndexOf('\n', start) + 1, end }
  }

  #expression(expression: Expression): readonly Change[] {
    return [...this.#own(expression), ...partsOf(expression).flatMap((part) => this.#expression(part))]
  }

  /** Changes of an expression itself, without those of its parts. */
  #own(expression: Expression): readonly Change[] {
    switch (expression.kind) {
      case 'constant': {
        const kind = typeof expression.value === 'number' ? 'off-by-one' : 'logic'
        return otherConstants(expression.value).map((text) => change(kind, expression, text))
      }
      case 'name':
        return this.#otherNames(expression, expression.name)
      case 'binary':
        return replaced('arithmetic', expression.operator, ARITHMETIC)
      case 'compare':
        return replaced('comparison', expression.operator, COMPARISONS)
      case 'logical':
        return replaced('logic', expression.operator, LOGIC)
      case 'not':
        return [change('logic', expression, this.#text(expression.value))]
      case 'negative':
        return [change('arithmetic', expression, this.#text(expression.value))]
      case 'call':
      case 'method':
        return this.#swapped(expression.args)
      default:
        return []
    }
  }

  /** Another parameter of the function in place of one that it reads. */
  #otherNames(span: Span, name: string): readonly Change[] {
    if (!this.#names.includes(name)) return []
    return this.#names.filter((other) => other !== name).map((other) => change('wrong-variable', span, other))
  }

  #swapped([first, second, ...rest]: readonly Expression[]): readonly Change[] {
    if (first === undefined || second === undefined || rest.length > 0) return []
    const between = this.#source.slice(first.end, second.start)
    const span = { start: first.start, end: second.end }
    return [change('swapped-arguments', span, `${this.#text(second)}${between}${this.#text(first)}`)]
  }
}

const replaced = (kind: Mistake, operator: Operator, table: Readonly<Record<string, readonly string[]>>) =>
  (table[operator.text] ?? []).map((text) => change(kind, operator, text))

/** Constants in place of a number or a boolean. */
function otherConstants(value: number | string | boolean | null): readonly string[] {
  if (typeof value === 'number') return [String(value + 1), String(value - 1)]
  return typeof value === 'boolean' ? [value ? 'False' : 'True'] : []
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'list':
    case 'tuple':
      return expression.items
    case 'dict':
      return expression.pairs.flat()
    case 'comprehension':
      return present(expression.item, expression.over, expression.condition)
    case 'binary':
    case 'compare':
    case 'logical':
      return [expression.left, expression.right]
    case 'not':
      return [expression.value]
    case 'choice':
      return [expression.test, expression.then, expression.otherwise]
    case 'call':
      return [...expression.args, ...expression.named.map(({ value }) => value)]
    case 'method':
      return [expression.object, ...expression.args]
    case 'index':
      return [expression.object, expression.index]
    case 'slice':
      return present(expression.object, expression.from, expression.to)
    case 'lambda':
      return [expression.body]
    default:
      return []
  }
}

const present = (...expressions: readonly (Expression | null)[]): readonly Expression[] =>
  expressions.filter((expression) => expression !== null)
