import type { JsonObject } from '../../../core/data/types.ts'
import { ProcedureData } from '../../../envs/procedures/rule.ts'
import { RULES } from '../../../envs/procedures/rules/index.ts'
import { VerifyMismatch } from '../../handler.ts'
import { recordHandler } from '../../record-handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

/** Our rules in the order of ProcBench's numbers. */
const BY_NUMBER = [
  ...['sort', 'gather', 'count', 'search', 'copy', 'substitute', 'encode', 'split-by-position', 'split-by-index'],
  ...['compose', 'decompose', 'rhythm', 'compare', 'count-letters', 'decode', 'push-pop', 'rotate', 'fill-word'],
  ...['delete-character', 'delete-word', 'cumulate', 'move-cyclic', 'find-cyclic'],
]

/** Problems are read from their data, not drawn again: questions and all states must be the recorded ones. */
export const tasksHandler = recordHandler('problems of ProcBench', 'procbench_tasks', (record) => {
  record.only(['task', 'number', 'seed', 'question', 'init', 'intermediate', 'final', 'config'])
  const name = BY_NUMBER[Number(record.text('task').slice('task'.length)) - 1]
  const rule = RULES.find((each) => each.name === name)
  if (rule === undefined) throw new VerifyMismatch(`${record.path}.task`, 'task01 to task23', record.at('task'))
  const data = new ProcedureData(dataOf(record))
  const { init, states } = rule.run(data)
  record.expect('init', init)
  record.expect('intermediate', states.slice(0, -1))
  record.expect('final', states.at(-1))
  record.expect('question', rule.ask(data))
})

/** Fields of the record's config under our names, and where it begins. */
function dataOf(record: VectorRecord): JsonObject {
  const config = record.object('config')
  const named = config.names.map((name) => [camelCase(name), config.at(name)])
  const fields: Record<string, unknown> = { ...Object.fromEntries(named), init: record.at('init') }
  if (config.has('table')) fields.table = pairsOf(config.object('table'), record.text('question'))
  // Vector files are JSON.
  return fields as JsonObject
}

/** Pairs of a table in the order of the question: keys that look like numbers lose their place when JSON is read. */
const pairsOf = (table: VectorRecord, question: string): readonly (readonly [string, string])[] =>
  table.names
    .map((from) => [from, table.text(from)] as const)
    .toSorted((one, other) => question.indexOf(`(${one.join(', ')})`) - question.indexOf(`(${other.join(', ')})`))

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
