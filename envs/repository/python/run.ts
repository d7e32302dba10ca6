import { BUILTINS, called, method } from './builtins.ts'
import { binary, comparison, itemAt, logical, negated, placeIn, sliceOf } from './operations.ts'
import { parseModule } from './parse.ts'
import { bound, hiding, localNames, type Scope } from './scopes.ts'
import { type Expression, type FunctionDefinition, type Statement, Unsupported } from './syntax.ts'
import { Callable, copied, isTrue, itemsOf, keyOf, pythonText, Raised, Tuple, type Value } from './values.ts'

/** How a block ended before its last statement. */
type Leave = { readonly kind: 'break' | 'continue' } | { readonly kind: 'return'; readonly value: Value }

/** How a call ended, with its result as Python writes it: `failed` where Python raises, `unknown` where this interpreter has no rule, or it takes too long. */
export type Outcome =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'failed' }
  | { readonly kind: 'unknown' }

/** Expressions and statements that one call may take. */
const FUEL = 20_000
const MOST_DEPTH = 60

/**
 * Runs the functions of a repository as Python does, as far as it has rules for what they do; a result is never a guess.
 * Modules are read when they are first called.
 */
export class Interpreter {
  readonly #sourceOf: (module: string) => string | undefined
  readonly #modules = new Map<string, Scope>()
  #fuel = FUEL
  #depth = 0

  /** @param sourceOf source of a module by its dotted name */
  constructor(sourceOf: (module: string) => string | undefined) {
    this.#sourceOf = sourceOf
  }

  /** Calls a function of a module. Arguments are copied, so that it cannot change them. */
  call(module: string, name: string, args: readonly Value[]): Outcome {
    this.#fuel = FUEL
    this.#depth = 0
    try {
      const value = called(this.#name(this.#module(module), name), args.map(copied))
      return { kind: 'value', text: pythonText(value) }
    } catch (thrown) {
      if (thrown instanceof Raised) return { kind: 'failed' }
      if (thrown instanceof Unsupported) return { kind: 'unknown' }
      throw thrown
    }
  }

  #module(name: string): Scope {
    const known = this.#modules.get(name)
    if (known) return known
    const source = this.#sourceOf(name)
    if (source === undefined) throw new Unsupported(`module ${name}`)
    const scope: Scope = { names: new Map(), outer: null }
    this.#block(parsed(source), scope)
    this.#modules.set(name, scope)
    return scope
  }

  #spend(): void {
    if (this.#fuel-- <= 0) throw new Unsupported('a call that takes long')
  }

  #block(statements: readonly Statement[], scope: Scope): Leave | null {
    for (const statement of statements) {
      const leave = this.#execute(statement, scope)
      if (leave !== null) return leave
    }
    return null
  }

  #execute(statement: Statement, scope: Scope): Leave | null {
    this.#spend()
    switch (statement.kind) {
      case 'def':
        scope.names.set(statement.name, this.#function(statement, scope))
        return null
      case 'return':
        return { kind: 'return', value: statement.value === null ? null : this.#value(statement.value, scope) }
      case 'assign':
        this.#assign(statement.target, this.#value(statement.value, scope), scope)
        return null
      case 'augmented': {
        const before = this.#value(statement.target, scope)
        // Python changes a list in place here, so that other names see it.
        if (Array.isArray(before)) throw new Unsupported('an augmented list')
        const after = binary(statement.operator.text.slice(0, -1), before, this.#value(statement.value, scope))
        this.#assign(statement.target, after, scope)
        return null
      }
      case 'expression':
        this.#value(statement.value, scope)
        return null
      case 'import': {
        const module = this.#module(statement.module)
        for (const name of statement.names) scope.names.set(name, this.#name(module, name))
        return null
      }
      case 'if': {
        const branch = statement.branches.find(({ test }) => isTrue(this.#value(test, scope)))
        return this.#block(branch ? branch.body : statement.otherwise, scope)
      }
      case 'for':
        return this.#loop(statement, scope)
      case 'while':
        return this.#while(statement, scope)
      case 'break':
      case 'continue':
        return { kind: statement.kind }
      case 'pass':
        return null
    }
  }

  #loop({ target, over, body }: Statement & { readonly kind: 'for' }, scope: Scope): Leave | null {
    const object = this.#value(over, scope)
    const watched = [object, ...partsOf(over).map((part) => this.#value(part, scope))]
    const size = sizeOf(watched)
    for (const item of itemsOf(object)) {
      this.#spend()
      this.#assign(target, item, scope)
      const leave = this.#block(body, scope)
      if (sizeOf(watched) !== size) throw new Unsupported('a loop that changes what it goes through')
      if (leave?.kind === 'return') return leave
      if (leave?.kind === 'break') return null
    }
    return null
  }

  #while({ test, body }: Statement & { readonly kind: 'while' }, scope: Scope): Leave | null {
    while (isTrue(this.#value(test, scope))) {
      this.#spend()
      const leave = this.#block(body, scope)
      if (leave?.kind === 'return') return leave
      if (leave?.kind === 'break') return null
    }
    return null
  }

  #assign(target: Expression, value: Value, scope: Scope): void {
    if (target.kind === 'name') scope.names.set(target.name, value)
    else if (target.kind === 'tuple') {
      const items = itemsOf(value)
      if (items.length !== target.items.length) throw new Raised('ValueError')
      for (const [at, part] of target.items.entries()) this.#assign(part, items[at] ?? null, scope)
    } else if (target.kind === 'index') {
      const object = this.#value(target.object, scope)
      const index = this.#value(target.index, scope)
      if (object instanceof Map) object.set(keyOf(index), value)
      else if (Array.isArray(object)) replaceAt(object, index, value)
      else throw new Raised('TypeError')
    } else throw new Unsupported('a target of an assignment')
  }

  #function(definition: FunctionDefinition, outer: Scope): Callable {
    const { parameters, body } = definition
    const standards = new Map(
      parameters.flatMap(({ name, standard }) =>
        standard === null ? [] : [[name, this.#value(standard, outer)] as const],
      ),
    )
    const names = parameters.map(({ name }) => name)
    const local = localNames(body)
    return new Callable((args, named) => {
      const own = bound(names, standards, args, named)
      const leave = this.#deeper(() => this.#block(body, { names: own, outer: hiding(outer, local, own) }))
      return leave?.kind === 'return' ? leave.value : null
    })
  }

  #deeper<Result>(run: () => Result): Result {
    if (++this.#depth > MOST_DEPTH) throw new Unsupported('calls within each other')
    const result = run()
    this.#depth--
    return result
  }

  #name(scope: Scope, name: string): Value {
    for (let each: Scope | null = scope; each !== null; each = each.outer) {
      const found = each.names.get(name)
      if (found !== undefined) return found
    }
    const known = BUILTINS.get(name)
    if (known === undefined) throw new Raised('NameError')
    return known
  }

  #value(expression: Expression, scope: Scope): Value {
    this.#spend()
    switch (expression.kind) {
      case 'constant':
        return expression.value
      case 'name':
        return this.#name(scope, expression.name)
      case 'list':
        return this.#values(expression.items, scope)
      case 'tuple':
        return new Tuple(this.#values(expression.items, scope))
      case 'dict':
        return new Map(
          expression.pairs.map(([key, item]) => [keyOf(this.#value(key, scope)), this.#value(item, scope)]),
        )
      case 'comprehension':
        return this.#comprehension(expression, scope)
      case 'binary':
        return binary(
          expression.operator.text,
          this.#value(expression.left, scope),
          this.#value(expression.right, scope),
        )
      case 'compare':
        return comparison(
          expression.operator.text,
          this.#value(expression.left, scope),
          this.#value(expression.right, scope),
        )
      case 'logical':
        return logical(expression.operator.text, this.#value(expression.left, scope), () =>
          this.#value(expression.right, scope),
        )
      case 'not':
        return !isTrue(this.#value(expression.value, scope))
      case 'negative':
        return negated(this.#value(expression.value, scope))
      case 'choice':
        return this.#value(isTrue(this.#value(expression.test, scope)) ? expression.then : expression.otherwise, scope)
      case 'call': {
        const callee = this.#value(expression.callee, scope)
        const args = this.#values(expression.args, scope)
        return called(
          callee,
          args,
          new Map(expression.named.map((each) => [each.name, this.#value(each.value, scope)])),
        )
      }
      case 'method':
        return method(this.#value(expression.object, scope), expression.name, this.#values(expression.args, scope))
      case 'index':
        return itemAt(this.#value(expression.object, scope), this.#value(expression.index, scope))
      case 'slice': {
        const { from, to } = expression
        return sliceOf(
          this.#value(expression.object, scope),
          from && this.#value(from, scope),
          to && this.#value(to, scope),
        )
      }
      case 'lambda': {
        const { parameters, body } = expression
        return new Callable((args, named) =>
          this.#value(body, { names: bound(parameters, new Map(), args, named), outer: scope }),
        )
      }
    }
  }

  #values(expressions: readonly Expression[], scope: Scope): Value[] {
    return expressions.map((each) => this.#value(each, scope))
  }

  #comprehension(
    { item, target, over, condition }: Expression & { readonly kind: 'comprehension' },
    scope: Scope,
  ): Value[] {
    const results: Value[] = []
    for (const each of itemsOf(this.#value(over, scope))) {
      const inner: Scope = { names: new Map(), outer: scope }
      this.#assign(target, each, inner)
      if (condition === null || isTrue(this.#value(condition, inner))) results.push(this.#value(item, inner))
    }
    return results
  }
}

/** Names whose values a loop may go through, as in `names.items()` and `enumerate(names)`. */
function partsOf(over: Expression): readonly Expression[] {
  const parts = over.kind === 'method' ? [over.object] : over.kind === 'call' ? over.args : []
  return parts.filter(({ kind }) => kind === 'name')
}

const sizeOf = (values: readonly Value[]): number =>
  values.reduce<number>(
    (sum, each) => sum + (Array.isArray(each) ? each.length : each instanceof Map ? each.size : 0),
    0,
  )

/** Modules that are read often, such as those that a mutation leaves as they are. */
const known = new Map<string, readonly Statement[]>()
const MOST_KNOWN = 64

function parsed(source: string): readonly Statement[] {
  const found = known.get(source) ?? parseModule(source)
  known.delete(source)
  known.set(source, found)
  const [oldest] = known.keys()
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
  return found
}

function replaceAt(list: Value[], index: Value, value: Value): void {
  const place = placeIn(list, index)
  if (place < 0 || place >= list.length) throw new Raised('IndexError')
  list[place] = value
}
