import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { hasPython, INSTALL_MS, pythonWith } from '../python.ts'

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'deploy', 'kubernetes')
const FILES = ['nats.yaml', 'gym.yaml', 'trainers.yaml']
/** Release of the schemas, which is that of Kubernetes. */
const VALIDATOR = 'kubernetes-validate==1.37.0'
const SCRIPT = `import json, sys, yaml, kubernetes_validate
documents = [each for path in sys.argv[1:] for each in yaml.safe_load_all(open(path))]
for each in documents:
    kubernetes_validate.validate(each, "1.37", strict=True)
print(json.dumps(documents))
`

type Labels = Readonly<Record<string, string>>

interface Selector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[]
}

interface Container {
  readonly name: string
  readonly args: readonly string[]
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[]
  readonly securityContext: object
  readonly resources: { readonly requests: object; readonly limits: object }
}

/** What the tests read of an object. */
interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  /** A ConfigMap has none. */
  readonly spec?: {
    readonly selector?: Selector
    readonly serviceName?: string
    readonly podSelector?: Selector
    readonly template?: {
      readonly metadata: { readonly labels: Labels }
      readonly spec: { readonly containers: readonly Container[]; readonly securityContext: object }
    }
    readonly ingress?: readonly { readonly from?: readonly { readonly podSelector: Selector }[] }[]
    readonly egress?: readonly { readonly to?: readonly { readonly podSelector: Selector }[] }[]
  }
}

/** Objects of the files. @throws Error where one is not as its schema says */
async function validated(paths: readonly string[]): Promise<readonly Manifest[]> {
  const folder = newFolder()
  writeFileSync(join(folder, 'validate.py'), SCRIPT)
  const python = await pythonWith(VALIDATOR)
  const { stdout } = await promisify(execFile)(python, ['validate.py', ...paths], { cwd: folder })
  return JSON.parse(stdout)
}

let manifests: readonly Manifest[] = []
const podsOf = () => manifests.flatMap(({ spec }) => spec?.template ?? [])
const containers = () => podsOf().flatMap(({ spec }) => spec.containers)
const isSelected = (selector: Selector, labels: Labels): boolean =>
  Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector.matchExpressions ?? []).every(({ key, values }) => values.includes(labels[key] ?? ''))

describe.skipIf(!hasPython())('the manifests of deploy/kubernetes', () => {
  beforeAll(async () => {
    manifests = await validated(FILES.map((file) => join(FOLDER, file)))
  }, INSTALL_MS)

  it('are valid by the schemas of Kubernetes, without a field that these do not know', async () => {
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      ...['ConfigMap nats', 'Service nats', 'StatefulSet nats', 'NetworkPolicy nats'],
      ...['Service gym', 'StatefulSet gym', 'PodDisruptionBudget gym', 'NetworkPolicy gym'],
      ...['Deployment gym-scorer', 'StatefulSet gym-feed'],
    ])
    const wrong = join(newFolder(), 'wrong.yaml')
    const text = readFileSync(join(FOLDER, 'gym.yaml'), 'utf8')
    for (const [given, other] of [
      ['replicas: 3', 'replicas: three'],
      ['periodSeconds: 20', 'periodSecond: 20'],
    ] as const) {
      writeFileSync(wrong, text.replace(given, other))
      await expect(validated([wrong])).rejects.toThrow(/Validation ?Error|is not/)
    }
  })

  it('start commands that there are, with flags that they have', async () => {
    for (const { name, args } of containers()) {
      const [command = '', ...flags] = args
      if (name === 'nats') continue
      const { out } = await run([command, '--help'])
      for (const flag of flags) expect(out).toContain(`${flag.split('=')[0]} `)
    }
  })

  it('select pods that there are, in policies too, where clients alone are of others', () => {
    const pods = podsOf().map(({ metadata }) => ({ ...metadata.labels }))
    const clients = { 'gym-client': 'true' }
    const others = manifests.flatMap(({ spec }) => [...(spec?.ingress ?? []), ...(spec?.egress ?? [])])
    const peers = others.flatMap((rule) => [
      ...('from' in rule ? (rule.from ?? []) : []),
      ...('to' in rule ? (rule.to ?? []) : []),
    ])
    const selectors = [
      ...manifests.flatMap(({ kind, spec }) =>
        spec === undefined || spec.selector === undefined
          ? []
          : kind === 'Service'
            ? { matchLabels: { ...spec.selector } as Labels }
            : spec.selector,
      ),
      ...manifests.flatMap(({ spec }) => spec?.podSelector ?? []),
      ...peers.map(({ podSelector }) => podSelector),
    ]
    expect(selectors.length).toBeGreaterThan(8)
    for (const selector of selectors)
      expect(
        [...pods, clients].some((labels) => isSelected(selector, labels)),
        JSON.stringify(selector),
      ).toBe(true)
    const services = manifests.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)
    for (const { spec } of manifests) if (spec?.serviceName) expect(services).toContain(spec.serviceName)
  })

  it('run every container without privileges, within a limit of memory', () => {
    for (const { spec } of podsOf()) expect(spec.securityContext).toMatchObject({ runAsNonRoot: true })
    for (const { securityContext, resources } of containers()) {
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(resources.limits).toHaveProperty('memory')
      expect(resources.requests).toHaveProperty('cpu')
    }
  })
})
