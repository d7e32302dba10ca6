import type { Json } from '../../../core/data/types.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import { exampleAction } from '../../../core/episode/example.ts'
import { kindOf } from '../../../server/protocols/openenv/request.ts'
import type { Painter } from '../../terminal/paint.ts'
import { tableOf } from '../../terminal/table.ts'
import { nameOf, type ServeChoice } from './prepare.ts'

/** What a server was asked for, and whether it has the viewer. */
export interface AnnouncedChoice extends ServeChoice {
  readonly hasViewer: boolean
}

/** What is served, and how to connect. A token is never shown. */
export function printedServer(
  url: string,
  environments: readonly Environment[],
  {
    tokens,
    record,
    hasViewer,
    models = [],
  }: Pick<AnnouncedChoice, 'tokens' | 'record' | 'hasViewer'> & { readonly models?: readonly string[] },
  paint: Painter,
): readonly string[] {
  const base = tokens.length > 0 ? `${url}/t/TOKEN` : url
  const first = environments.find(({ site }) => site) ?? environments[0]
  const rows = environments.map((environment) => [
    environment.id,
    `${base}/${nameOf(environment)}`,
    environment.summary ?? '',
  ])
  return [
    paint(
      'bold',
      `serving ${environments.length === 1 ? 'one environment' : `${environments.length} environments`} on ${url}`,
    ),
    ...tableOf([{ heading: 'environment' }, { heading: 'address' }, { heading: '' }], rows),
    ...environments
      .filter(({ site }) => site)
      .map((each) => `play ${nameOf(each)} in a browser: ${url}/${nameOf(each)}`),
    ...(hasViewer ? [`watch in a browser: ${url}/${tokens.length > 0 ? '#/?token=TOKEN' : ''}`] : []),
    ...(record === null ? [] : [`recorded in ${record}, a run for each environment`]),
    ...models,
    ...(first ? snippets(`${base}/${nameOf(first)}`, first) : []),
    '',
    'Ctrl-C stops the server and closes its records',
  ]
}

function snippets(address: string, environment: Environment): readonly string[] {
  const { python, typescript } = exampleCode(environment)
  return [
    '',
    'from Python (pip install openenv):',
    '  from openenv import GenericEnvClient',
    `  with GenericEnvClient(base_url="${address}").sync() as env:`,
    '      result = env.reset(seed=7)',
    `      result = env.step(${python})`,
    '      print(result.observation["text"], result.reward, result.done, result.metadata["rewards"])',
    '',
    'from TypeScript (the package stepgym):',
    '  import { connect } from "stepgym/remote"',
    `  const gym = await connect('${address}')`,
    '  const episode = await gym.reset({ seed: 7 })',
    `  const { observation, rewards, ending } = await episode.step(${typescript})`,
  ]
}

/** An action that is valid at the start: a known one, or the first that the start lists. */
function exampleCode(environment: Environment): { readonly python: string; readonly typescript: string } {
  const example = exampleAction(environment)
  if (example === null && environment.actions)
    return { python: '{"action": result.metadata["available_actions"][0]}', typescript: 'episode.actions?.[0] ?? null' }
  const action = example ?? 'your action'
  return { python: pythonOf(JSON.stringify(openenvAction(environment, action))), typescript: JSON.stringify(action) }
}

/** An action as OpenEnv's protocol wants it. */
const openenvAction = ({ actionSchema }: Environment, action: Json): Json =>
  kindOf(actionSchema) === 'fields' ? action : { action }

/** JSON that is an expression of Python, too. */
const pythonOf = (json: string): string =>
  json.replace(/"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g, (part) => PYTHON[part] ?? part)

const PYTHON: Readonly<Record<string, string>> = { true: 'True', false: 'False', null: 'None' }
