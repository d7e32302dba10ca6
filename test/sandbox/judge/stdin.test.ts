import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from '../../../sandbox/judge/index.ts'
import { isSameOutput } from '../../../sandbox/judge/stdin.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

describe('outputs', () => {
  it.each([
    ['a\nb\n', 'a\nb', true],
    ['  a  \n b', 'a\nb\n\n', true],
    ['1.0 2', '1 2.00', true],
    ['1e2', '100', true],
    ['0.0', '-0', true],
    ['a b', 'a  b', false],
    ['a\n\nb', 'a\nb', false],
    ['1 x', '1.0 x', false],
    ['0.1', '0.10000000000000001', false],
    ['', '0', false],
    ['', '\n', true],
  ])('%j and %j: the same is %s', (given, expected, isSame) => {
    expect(isSameOutput(given, expected)).toBe(isSame)
    expect(isSameOutput(expected, given)).toBe(isSame)
  })

  it('are the same for numbers that are written with zeros or an exponent', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(5), (number, zeros) => {
        expect(isSameOutput(`${number}.${'0'.repeat(zeros)}`, `${number}`)).toBe(true)
        expect(isSameOutput(`${number}e${zeros}`, `${number}${'0'.repeat(zeros)}`)).toBe(true)
        expect(isSameOutput(`${number}`, `${number + 1n}`)).toBe(false)
      }),
    )
  })
})

describeWithSandbox('tests of standard input', ({ context }) => {
  const statuses = async (source: string) => {
    const tests = [
      { input: '2\n3\n', output: '5\n' },
      { input: '1\n1', output: '2' },
    ]
    const suite = { kind: 'stdin', tests, limitSeconds: 1 } as const
    const { judge: name, outcomes } = await judge(
      suite,
      { source, file: 'main.py', files: new Map() },
      context,
      'inline',
    )
    expect(name).toBe('split')
    return outcomes.map(({ status, message }) => (message === '' ? status : `${status}: ${message}`))
  }

  it('compare the output of each run, whose program never has the expected one', async () => {
    expect(await statuses('print(int(input()) + int(input()))')).toEqual(['passed', 'passed'])
    expect(await statuses('print(5)')).toEqual(['passed', 'failed: the output is another'])
  })

  it('fail programs that crash, exit with an error, hang or print too much', async () => {
    expect(await statuses('print(5)\nraise KeyError("no")')).toEqual(Array(2).fill("error: exit 1: KeyError: 'no'"))
    expect(await statuses('while True: pass')).toEqual(Array(2).fill('timeout: time was up'))
    expect(await statuses('while True: print("x" * 10000)')).toEqual(
      Array(2).fill('error: the process was killed at a limit'),
    )
    expect(await statuses('import sys\nsys.exit(0)')).toEqual(Array(2).fill('failed: the output is another'))
  })

  it('are compared in time that grows with their length', () => {
    const long = `1${'0'.repeat(2_000_000)}1`
    expect(isSameOutput(long, `${long}.0`)).toBe(true)
    expect(isSameOutput(`${'1'.repeat(2_000_000)}x`, long)).toBe(false)
    for (const many of ['1\n', '1 ']) expect(isSameOutput(many.repeat(5_000_000), '1\n1 2\n')).toBe(false)
  })
})
