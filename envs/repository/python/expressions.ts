import { TokenCursor } from './cursor.ts'
import { type Expression, type Named, type Operator, Unsupported } from './syntax.ts'

/** Binary operators by how closely they bind, loosest first. */
const LEVELS = [
  ['+', '-'],
  ['*', '//', '%'],
] as const
const COMPARISONS = ['<', '<=', '>', '>=', '==', '!=', 'in']
const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
])

/** Parses expressions. */
export class ExpressionParser extends TokenCursor {
  /** One value, or several with commas as a tuple. */
  protected values(): Expression {
    return this.#tupleOf(() => this.expression())
  }

  protected targets(): Expression {
    return this.#tupleOf(() => this.#postfix())
  }

  #tupleOf(part: () => Expression): Expression {
    const first = part()
    if (!this.is(',')) return first
    const items = [first]
    while (this.takeIf(',')) items.push(part())
    return { kind: 'tuple', items, start: first.start, end: this.last }
  }

  protected expression(): Expression {
    const { start } = this.token
    if (this.takeIf('lambda')) {
      const parameters = [this.name()]
      while (this.takeIf(',')) parameters.push(this.name())
      this.expect(':')
      return { kind: 'lambda', parameters, body: this.expression(), start, end: this.last }
    }
    const then = this.#logical('or')
    if (!this.takeIf('if')) return then
    const test = this.#logical('or')
    this.expect('else')
    return { kind: 'choice', test, then, otherwise: this.expression(), start, end: this.last }
  }

  #logical(word: 'or' | 'and'): Expression {
    const part = (): Expression => (word === 'or' ? this.#logical('and') : this.#not())
    let left = part()
    while (this.is(word)) {
      const operator = this.take()
      left = { kind: 'logical', operator, left, right: part(), start: left.start, end: this.last }
    }
    return left
  }

  #not(): Expression {
    const { start } = this.token
    if (this.takeIf('not')) return { kind: 'not', value: this.#not(), start, end: this.last }
    const left = this.#binary(0)
    const operator = this.#comparison()
    if (operator === null) return left
    const right = this.#binary(0)
    if (this.#comparison() !== null) throw new Unsupported('comparisons that are chained')
    return { kind: 'compare', operator, left, right, start, end: this.last }
  }

  #comparison(): Operator | null {
    if (COMPARISONS.some((each) => this.is(each))) return this.take()
    if (!this.is('not')) return null
    const { start } = this.take()
    this.expect('in')
    return { text: 'not in', start, end: this.last }
  }

  #binary(level: number): Expression {
    const operators: readonly string[] | undefined = LEVELS[level]
    if (operators === undefined) return this.#negative()
    let left = this.#binary(level + 1)
    while (operators.some((each) => this.is(each))) {
      const operator = this.take()
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1), start: left.start, end: this.last }
    }
    return left
  }

  #negative(): Expression {
    const { start } = this.token
    if (this.takeIf('-')) return { kind: 'negative', value: this.#negative(), start, end: this.last }
    return this.#postfix()
  }

  #postfix(): Expression {
    let value = this.#atom()
    for (;;) {
      const { start } = value
      if (this.takeIf('.')) {
        const name = this.name()
        this.expect('(')
        value = { kind: 'method', object: value, name, args: this.#items(')'), start, end: this.last }
      } else if (this.takeIf('(')) value = this.#call(value)
      else if (this.takeIf('[')) value = this.#subscript(value)
      else return value
    }
  }

  #call(callee: Expression): Expression {
    const args: Expression[] = []
    const named: { name: string; value: Expression }[] = []
    while (!this.takeIf(')')) {
      const first = this.expression()
      if (first.kind === 'name' && this.takeIf('=')) named.push({ name: first.name, value: this.expression() })
      else if (this.is('for')) args.push(this.#comprehension(first))
      else args.push(first)
      if (!this.is(')')) this.expect(',')
    }
    const given: Named = named
    return { kind: 'call', callee, args, named: given, start: callee.start, end: this.last }
  }

  #subscript(object: Expression): Expression {
    const { start } = object
    const from = this.is(':') ? null : this.expression()
    if (!this.takeIf(':')) {
      this.expect(']')
      if (from === null) throw new Unsupported('an empty subscript')
      return { kind: 'index', object, index: from, start, end: this.last }
    }
    const to = this.is(']') ? null : this.expression()
    this.expect(']')
    return { kind: 'slice', object, from, to, start, end: this.last }
  }

  #items(close: string): readonly Expression[] {
    const items: Expression[] = []
    while (!this.takeIf(close)) {
      const item = this.expression()
      items.push(this.is('for') ? this.#comprehension(item) : item)
      if (!this.is(close)) this.expect(',')
    }
    return items
  }

  #comprehension(item: Expression): Expression {
    this.expect('for')
    const target = this.targets()
    this.expect('in')
    const over = this.#logical('or')
    const condition = this.takeIf('if') ? this.#logical('or') : null
    return { kind: 'comprehension', item, target, over, condition, start: item.start, end: this.last }
  }

  #atom(): Expression {
    const { start, kind, text } = this.token
    if (this.takeIf('(')) return this.#parentheses(start)
    if (this.takeIf('[')) return this.#list(start)
    if (this.takeIf('{')) return this.#dict(start)
    if (kind === 'int' || kind === 'text') {
      const { end } = this.take()
      return { kind: 'constant', value: kind === 'int' ? Number(text) : text, start, end }
    }
    const constant = kind === 'name' ? CONSTANTS.get(text) : undefined
    if (constant !== undefined) return { kind: 'constant', value: constant, start, end: this.take().end }
    return { kind: 'name', name: this.name(), start, end: this.last }
  }

  #parentheses(start: number): Expression {
    const value = this.values()
    this.expect(')')
    return { ...value, start, end: this.last }
  }

  #list(start: number): Expression {
    const items = this.#items(']')
    const [only] = items
    if (items.length === 1 && only?.kind === 'comprehension') return { ...only, start, end: this.last }
    return { kind: 'list', items, start, end: this.last }
  }

  #dict(start: number): Expression {
    const pairs: [Expression, Expression][] = []
    while (!this.takeIf('}')) {
      const key = this.expression()
      this.expect(':')
      pairs.push([key, this.expression()])
      if (!this.is('}')) this.expect(',')
    }
    return { kind: 'dict', pairs, start, end: this.last }
  }
}
