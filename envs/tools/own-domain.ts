/** What a domain of one's own is written with: tools over a database, tasks, and the environment made of them. */
export { calculateTool, thinkTool, transferTool } from './engine/common-tools.ts'
export { type Database, type Row, rowsOf, type Session, Table } from './engine/database.ts'
export type { Domain, OpenDomain, PrivateTask, Splits, ToolsOptions, ToolsTask } from './engine/domain.ts'
export { toolsEnvironment } from './engine/environment.ts'
export type { ToolCall } from './engine/execute.ts'
export { generateTasks, type Request, type Requester } from './engine/generated-tasks.ts'
export {
  fields,
  integer,
  listOf,
  number,
  type ObjectSchema,
  oneOf,
  type ParameterSchema,
  text,
} from './engine/parameters.ts'
export { PythonError } from './engine/python-error.ts'
export type { Arguments, Tool } from './engine/tool.ts'
export type { Fact, Persona } from './engine/user.ts'
