import { configInvalid, Fields } from './fields.ts'
import { AGGREGATES, type Clip, type Gate, ON_NULL, type Recipe, type Term } from './recipe.ts'

/**
 * Reads a recipe from JSON, strictly: what it does not know is refused rather than passed over.
 * @throws GymError CONFIG_INVALID with the path of the field.
 */
export function parseRecipe(json: unknown): Recipe {
  const fields = new Fields('recipe', json, ['name', 'version', 'summary', 'terms', 'onNull'])
  return {
    name: fields.name('name'),
    version: fields.count('version'),
    ...(fields.has('summary') && { summary: fields.text('summary') }),
    terms: fields.list('terms').map((term, index) => parseTerm(`${fields.path('terms')}[${index}]`, term)),
    onNull: fields.oneOf('onNull', ON_NULL),
  }
}

function parseTerm(path: string, json: unknown): Term {
  const fields = new Fields(path, json, ['signal', 'weight', 'aggregate', 'gate', 'clip'])
  return {
    signal: fields.name('signal'),
    weight: fields.number('weight'),
    ...(fields.has('aggregate') && { aggregate: fields.oneOf('aggregate', AGGREGATES) }),
    ...(fields.has('gate') && { gate: parseGate(fields.path('gate'), fields.at('gate')) }),
    ...(fields.has('clip') && { clip: parseClip(fields.path('clip'), fields.at('clip')) }),
  }
}

function parseGate(path: string, json: unknown): Gate {
  const fields = new Fields(path, json, ['signal', 'atLeast', 'aggregate'])
  return {
    signal: fields.name('signal'),
    atLeast: fields.number('atLeast'),
    ...(fields.has('aggregate') && { aggregate: fields.oneOf('aggregate', AGGREGATES) }),
  }
}

function parseClip(path: string, json: unknown): Clip {
  const fields = new Fields(path, json, ['low', 'high'])
  const low = fields.has('low') ? fields.number('low') : Number.NEGATIVE_INFINITY
  const high = fields.has('high') ? fields.number('high') : Number.POSITIVE_INFINITY
  if (!fields.has('low') && !fields.has('high')) throw configInvalid(`${path} needs low, high or both`)
  if (low > high) throw configInvalid(`${path}.low ${low} is above ${path}.high ${high}`)
  return { ...(fields.has('low') && { low }), ...(fields.has('high') && { high }) }
}
