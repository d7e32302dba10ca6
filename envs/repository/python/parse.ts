import { ExpressionParser } from './expressions.ts'
import type { Branch, Parameter, Statement } from './syntax.ts'
import { tokensOf } from './tokens.ts'

/**
 * Parses a module of the part of Python that generated repositories are written in: functions, assignments, loops,
 * branches; whole numbers, texts, lists, tuples and dicts.
 * @throws Unsupported for everything else
 */
export const parseModule = (source: string): readonly Statement[] => new ModuleParser(tokensOf(source)).module()

const ASSIGNMENTS = ['+=', '-=', '*=', '%=']

class ModuleParser extends ExpressionParser {
  module(): readonly Statement[] {
    const statements: Statement[] = []
    while (this.token.kind !== 'end') statements.push(this.#statement())
    return statements
  }

  #statement(): Statement {
    const { start, text } = this.token
    if (this.takeIf('def')) return this.#definition(start)
    if (this.takeIf('if')) return this.#if(start)
    if (this.takeIf('for')) {
      const target = this.targets()
      this.expect('in')
      const over = this.expression()
      return { kind: 'for', target, over, body: this.#block(), start, end: this.last }
    }
    if (this.takeIf('while')) {
      const test = this.expression()
      return { kind: 'while', test, body: this.#block(), start, end: this.last }
    }
    if (text === 'break' || text === 'continue' || text === 'pass') {
      this.take()
      return this.#ended({ kind: text, start, end: this.last })
    }
    return this.#ended(this.#simple(start))
  }

  #ended<Kind extends Statement>(statement: Kind): Kind {
    this.kind('newline')
    return statement
  }

  #simple(start: number): Statement {
    if (this.takeIf('return')) {
      const value = this.token.kind === 'newline' ? null : this.values()
      return { kind: 'return', value, start, end: this.last }
    }
    if (this.takeIf('from')) return this.#importing(start)
    const first = this.values()
    if (this.takeIf('=')) return { kind: 'assign', target: first, value: this.values(), start, end: this.last }
    if (ASSIGNMENTS.includes(this.token.text) && this.token.kind === 'operator') {
      const operator = this.take()
      return { kind: 'augmented', target: first, operator, value: this.expression(), start, end: this.last }
    }
    return { kind: 'expression', value: first, start, end: this.last }
  }

  #importing(start: number): Statement {
    const parts = [this.name()]
    while (this.takeIf('.')) parts.push(this.name())
    this.expect('import')
    const names = [this.name()]
    while (this.takeIf(',')) names.push(this.name())
    return { kind: 'import', module: parts.join('.'), names, start, end: this.last }
  }

  #definition(start: number): Statement {
    const name = this.name()
    this.expect('(')
    const parameters: Parameter[] = []
    while (!this.takeIf(')')) {
      const parameter = this.name()
      parameters.push({ name: parameter, standard: this.takeIf('=') ? this.expression() : null })
      if (!this.is(')')) this.expect(',')
    }
    return { kind: 'def', name, parameters, body: this.#block(), start, end: this.last }
  }

  #if(start: number): Statement {
    const branches: Branch[] = [this.#branch(start)]
    let otherwise: readonly Statement[] = []
    while (this.is('elif')) branches.push(this.#branch(this.take().start))
    if (this.takeIf('else')) otherwise = this.#block()
    return { kind: 'if', branches, otherwise, start, end: this.last }
  }

  #branch(start: number): Branch {
    const test = this.expression()
    return { test, body: this.#block(), start, end: this.last }
  }

  #block(): readonly Statement[] {
    this.expect(':')
    this.kind('newline')
    this.kind('indent')
    const statements: Statement[] = []
    while (this.token.kind !== 'dedent') statements.push(this.#statement())
    this.take()
    return statements
  }
}
