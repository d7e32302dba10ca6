import { parseAggregate } from './aggregate.ts'
import { Fields } from './fields.ts'
import { type Filter, parseFilter } from './filter.ts'
import { parseGate } from './gate.ts'
import { ON_NULL, type Recipe, type Term } from './recipe.ts'
import { parseSchedule } from './schedule.ts'
import { parseMask } from './step-mask.ts'
import { parseTransform, type Transform } from './transforms/index.ts'

/**
 * Reads a recipe from JSON, strictly: what it does not know is refused rather than passed over.
 * @throws GymError CONFIG_INVALID with the path of the field.
 */
export function parseRecipe(json: unknown): Recipe {
  const fields = new Fields('recipe', json, ['name', 'version', 'summary', 'terms', 'filter', 'mask', 'onNull'])
  return {
    name: fields.name('name'),
    version: fields.count('version'),
    ...(fields.has('summary') && { summary: fields.text('summary') }),
    terms: fields.list('terms').map((term, index) => parseTerm(`${fields.path('terms')}[${index}]`, term)),
    ...(fields.has('filter') && { filter: parseFilters(fields) }),
    ...(fields.has('mask') && { mask: parseMask(fields.path('mask'), fields.at('mask')) }),
    onNull: fields.oneOf('onNull', ON_NULL),
  }
}

/** One filter, or a list of them. */
function parseFilters(fields: Fields): Filter | readonly Filter[] {
  const [path, value] = [fields.path('filter'), fields.at('filter')]
  if (!Array.isArray(value)) return parseFilter(path, value)
  return fields.list('filter').map((each, at) => parseFilter(`${path}[${at}]`, each))
}

const TERM = ['signal', 'weight', 'transforms', 'aggregate', 'afterwards', 'gate', 'schedule']

function parseTerm(path: string, json: unknown): Term {
  const fields = new Fields(path, json, TERM)
  const aggregate = fields.has('aggregate') ? parseAggregate(fields, 'aggregate') : undefined
  if (aggregate === undefined) fields.refuse('afterwards', 'without an aggregate, transforms do that')
  if (aggregate === 'outcome') fields.refuse('afterwards', 'an outcome is not aggregated: transforms do that')
  return {
    signal: fields.name('signal'),
    weight: fields.number('weight'),
    ...(fields.has('transforms') && { transforms: parseTransforms(fields, 'transforms', aggregate !== 'outcome') }),
    ...(aggregate && { aggregate }),
    ...(fields.has('afterwards') && { afterwards: parseTransforms(fields, 'afterwards', false) }),
    ...(fields.has('gate') && { gate: parseGate(fields.path('gate'), fields.at('gate')) }),
    ...(fields.has('schedule') && { schedule: parseSchedule(fields.path('schedule'), fields.at('schedule')) }),
  }
}

const parseTransforms = (fields: Fields, name: string, areSteps: boolean): readonly Transform[] =>
  fields.list(name).map((item, at) => parseTransform(`${fields.path(name)}[${at}]`, item, areSteps))
