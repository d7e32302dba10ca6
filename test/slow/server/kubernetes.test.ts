import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { newFolder } from '../../support/folder.ts'
import { hasPython, pythonWith } from '../python.ts'

const PAGE = readFileSync(new URL('../../../docs/deploy.md', import.meta.url), 'utf8')
/** Every block of YAML of the page. */
const BLOCKS = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)
/** Release of the schemas, which is that of Kubernetes. */
const VALIDATOR = 'kubernetes-validate==1.37.0'
const SCRIPT = `import sys, yaml, kubernetes_validate
for document in yaml.safe_load_all(open(sys.argv[1])):
    kubernetes_validate.validate(document, "1.37", strict=True)
    print(document["kind"])
`

/** Kinds of the objects in a manifest. @throws Error where one is not as its schema says. */
async function kindsOf(manifest: string): Promise<readonly string[]> {
  const folder = newFolder()
  writeFileSync(join(folder, 'manifest.yaml'), manifest)
  writeFileSync(join(folder, 'validate.py'), SCRIPT)
  const run = promisify(execFile)(await pythonWith(VALIDATOR), ['validate.py', 'manifest.yaml'], { cwd: folder })
  return (await run).stdout.trim().split('\n')
}

describe.skipIf(!hasPython())('the manifests of the page', () => {
  it('are valid by the schemas of Kubernetes, without a field that these do not know', async () => {
    const kinds = await Promise.all(BLOCKS.map(kindsOf))
    expect(kinds).toEqual([['Deployment', 'Service', 'Ingress'], ['Ingress']])
  })

  it.each([
    ['replicas: 1', 'replicas: one'],
    ['periodSeconds: 20', 'periodSecond: 20'],
    ['pathType: Prefix, ', ''],
  ])('would not be with another %s', async (given, other) => {
    await expect(kindsOf((BLOCKS[0] ?? '').replace(given, other))).rejects.toThrow(/Validation ?Error|is not|required/)
  })
})
