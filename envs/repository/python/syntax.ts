/** Characters of the source, the end left out. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** An operator and where it is. */
export interface Operator extends Span {
  readonly text: string
}

type Node =
  | { readonly kind: 'constant'; readonly value: number | string | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly pairs: readonly (readonly [Expression, Expression])[] }
  | {
      readonly kind: 'comprehension'
      readonly item: Expression
      readonly target: Expression
      readonly over: Expression
      readonly condition: Expression | null
    }
  | {
      readonly kind: 'binary' | 'compare' | 'logical'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'not' | 'negative'; readonly value: Expression }
  | { readonly kind: 'choice'; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }
  | { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Expression[]; readonly named: Named }
  | {
      readonly kind: 'method'
      readonly object: Expression
      readonly name: string
      readonly args: readonly Expression[]
    }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | {
      readonly kind: 'slice'
      readonly object: Expression
      readonly from: Expression | null
      readonly to: Expression | null
    }
  | { readonly kind: 'lambda'; readonly parameters: readonly string[]; readonly body: Expression }

export type Named = readonly { readonly name: string; readonly value: Expression }[]
export type Expression = Span & Node

export interface Parameter {
  readonly name: string
  readonly standard: Expression | null
}

export type Branch = Span & { readonly test: Expression; readonly body: readonly Statement[] }

export interface FunctionDefinition extends Span {
  readonly kind: 'def'
  readonly name: string
  readonly parameters: readonly Parameter[]
  readonly body: readonly Statement[]
}

type Simple =
  | { readonly kind: 'return'; readonly value: Expression | null }
  | { readonly kind: 'assign'; readonly target: Expression; readonly value: Expression }
  | {
      readonly kind: 'augmented'
      readonly target: Expression
      readonly operator: Operator
      readonly value: Expression
    }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: readonly Statement[] }
  | {
      readonly kind: 'for'
      readonly target: Expression
      readonly over: Expression
      readonly body: readonly Statement[]
    }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: readonly Statement[] }
  | { readonly kind: 'break' | 'continue' | 'pass' }
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'import'; readonly module: string; readonly names: readonly string[] }

export type Statement = FunctionDefinition | (Span & Simple)

/** What this parser or interpreter has no rule for: it says nothing about what Python does. */
export class Unsupported extends Error {}
