import type { Environment, Immutable, Json } from 'stepgym'
import mcp, { mcpEnvironment, readServers } from 'stepgym/envs/tools/mcp'
import {
  type Arguments,
  calculateTool,
  type Database,
  type Domain,
  type Fact,
  fields,
  generateTasks,
  integer,
  listOf,
  number,
  type ObjectSchema,
  type OpenDomain,
  oneOf,
  type ParameterSchema,
  type Persona,
  type PrivateTask,
  PythonError,
  type Request,
  type Requester,
  type Row,
  rowsOf,
  type Session,
  type Splits,
  Table,
  type Tool,
  type ToolCall,
  type ToolsOptions,
  type ToolsTask,
  text,
  thinkTool,
  toolsEnvironment,
  transferTool,
} from 'stepgym/envs/tools/own-domain'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/envs/tools/own-domain` and `stepgym/envs/tools/mcp`. The compiler checks this file; it is never run. */

// Schemas of parameters.
expectTypeOf(text).toEqualTypeOf<(description: string) => ParameterSchema>()
expectTypeOf(integer).toEqualTypeOf<(description: string) => ParameterSchema>()
expectTypeOf(number).toEqualTypeOf<(description: string) => ParameterSchema>()
expectTypeOf(oneOf).toEqualTypeOf<(description: string, values: readonly string[]) => ParameterSchema>()
expectTypeOf(listOf).toEqualTypeOf<(items: ParameterSchema, description: string) => ParameterSchema>()
expectTypeOf(fields({ id: text('Such as L1.') }, ['id'])).toEqualTypeOf<ObjectSchema>()
expectTypeOf<ObjectSchema>().toExtend<ParameterSchema>()
expectTypeOf<ParameterSchema['type']>().toEqualTypeOf<
  'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object'
>()
// @ts-expect-error: a field is a schema, not a description
fields({ id: 'Such as L1.' })
// @ts-expect-error: the items of a list have a schema
listOf('Such as L1.', 'Loans.')

// Tools, and the session that they read and change.
expectTypeOf<Tool['run']>().toEqualTypeOf<(db: Session, args: Arguments) => Json>()
expectTypeOf<Tool['parameters']>().toEqualTypeOf<ObjectSchema>()
expectTypeOf<Arguments[string]>().toEqualTypeOf<Json>()
expectTypeOf(calculateTool).toEqualTypeOf<Tool>()
expectTypeOf(thinkTool).toEqualTypeOf<Tool>()
expectTypeOf(transferTool).toEqualTypeOf<Tool>()
expectTypeOf(PythonError).instance.toExtend<Error>()
// @ts-expect-error: a tool reads or writes
expectTypeOf<{ effect: 'none' }>().toExtend<Pick<Tool, 'effect'>>()
// @ts-expect-error: an observation is JSON
expectTypeOf<() => Date>().toExtend<Tool['run']>()

interface Loan {
  days: number
}
declare const session: Session
declare const loans: Table<Loan>
declare const read: NonNullable<ReturnType<typeof loans.get>>
expectTypeOf(Table).constructorParameters.toEqualTypeOf<[name: string]>()
expectTypeOf(loans.get(session, 'L1')).toEqualTypeOf<Immutable<Loan> | undefined>()
expectTypeOf(loans.get).parameter(1).toEqualTypeOf<string | null>()
expectTypeOf(loans.edit(session, 'L1')).toEqualTypeOf<Loan | undefined>()
expectTypeOf(loans.put(session, 'L1', { days: 3 })).toEqualTypeOf<Loan>()
expectTypeOf(loans.rows(session)).toExtend<Iterable<readonly [string, Immutable<Loan>]>>()
expectTypeOf<Row>().toEqualTypeOf<{ readonly [field: string]: Json }>()
expectTypeOf(rowsOf([['L1', { days: 3 }]])).toEqualTypeOf<ReadonlyMap<string, Row>>()
expectTypeOf<Database['tables']>().toEqualTypeOf<ReadonlyMap<string, ReadonlyMap<string, Row>>>()
// @ts-expect-error: a row that is read is not changed: `edit` gives one that may be
read.days = 4
// @ts-expect-error: a row has the shape of its table
loans.put(session, 'L1', { days: 'three' })

// Domains and their tasks.
expectTypeOf(toolsEnvironment).parameters.toEqualTypeOf<[domain: Domain]>()
expectTypeOf(toolsEnvironment).returns.toExtend<Environment>()
expectTypeOf(toolsEnvironment).returns.toHaveProperty('options').toEqualTypeOf<ToolsOptions>()
expectTypeOf<Domain['open']>().toEqualTypeOf<(options: ToolsOptions) => OpenDomain>()
expectTypeOf<OpenDomain['database']>().toEqualTypeOf<Database>()
expectTypeOf<OpenDomain['splits']>().toEqualTypeOf<Splits>()
expectTypeOf<Splits[string]>().toEqualTypeOf<readonly ToolsTask[]>()
expectTypeOf<ToolsTask>().toEqualTypeOf<{ readonly id: string; readonly private: PrivateTask }>()
expectTypeOf<PrivateTask>().toEqualTypeOf<{
  readonly persona: Persona
  readonly actions: readonly ToolCall[]
  readonly outputs: readonly string[]
}>()
expectTypeOf<ToolCall>().toEqualTypeOf<{ readonly name: string; readonly args: Arguments }>()
expectTypeOf<Persona['facts']>().toEqualTypeOf<readonly Fact[]>()
expectTypeOf<Fact['words']>().toEqualTypeOf<readonly string[]>()
// @ts-expect-error: an id has a version
expectTypeOf<{ id: 'tools-library' }>().toExtend<Pick<Domain, 'id'>>()
// @ts-expect-error: gold calls have arguments, even if none
expectTypeOf<{ name: 'renew_loan' }>().toExtend<ToolCall>()

// Tasks generated from users and what they could want.
expectTypeOf(generateTasks).toEqualTypeOf<(requesters: readonly Requester[], options: ToolsOptions) => Splits>()
expectTypeOf<ReturnType<Requester['requests']>>().toEqualTypeOf<readonly Request[]>()
expectTypeOf<Requester['identify']>().toEqualTypeOf<ToolCall>()
expectTypeOf<Request['facts']>().toEqualTypeOf<readonly Fact[]>()
// @ts-expect-error: a request says by which call it is done
expectTypeOf<Omit<Request, 'call'>>().toExtend<Request>()

// Servers of the Model Context Protocol.
expectTypeOf(mcp).toEqualTypeOf<Environment>()
expectTypeOf(readServers).parameters.toEqualTypeOf<[value: Json | undefined]>()
expectTypeOf(mcpEnvironment).toBeCallableWith(readServers({ notes: { command: 'notes' } }))
expectTypeOf(mcpEnvironment).returns.toEqualTypeOf<Environment>()
// @ts-expect-error: configured servers are read first
mcpEnvironment({ notes: { command: 'notes' } })
