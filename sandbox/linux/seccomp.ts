import { ALLOWED, CONDITIONAL, MACHINES, type Machine } from './syscall-table.ts'

/** Instruction of classic BPF: code, jumps where true and where false, and a value. */
export interface Instruction {
  readonly code: number
  readonly jumpTrue: number
  readonly jumpFalse: number
  readonly value: number
}

/** Codes of the instructions that the filter has. */
export const BPF = { load: 0x20, equal: 0x15, atLeast: 0x35, above: 0x25, anyBit: 0x45, return: 0x06 } as const

const ERRNO = 0x00050000
/** What the kernel does with a system call. */
export const VERDICT = {
  allow: 0x7fff0000,
  kill: 0x80000000,
  /** EPERM: the call exists, and is not permitted. */
  refuse: ERRNO | 1,
  /** ENOSYS: as in a kernel without the call, so that libraries take an older one. */
  unknown: ERRNO | 38,
  /** EAFNOSUPPORT: as in a kernel without this kind of network. */
  noNetwork: ERRNO | 97,
} as const

/** Offsets into what the kernel shows of a system call; arguments are looked at in their low half, which is all that it uses. */
const OFFSET = { number: 0, machine: 4, argument: (index: number) => 16 + 8 * index } as const
const AUDIT: Readonly<Record<Machine, number>> = { x86_64: 0xc000003e, aarch64: 0xc00000b7 }

/** Numbers from here on are calls of the x32 interface, which nothing needs. */
const X32 = 0x40000000
/** From here on both machines have the same numbers, and libraries have a way without the call. */
const NEW_CALLS = 424

const NEW_NAMESPACES = 0x7e020080
const AF_UNIX = 1
/** TCGETS, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. */
const IOCTLS = [0x5401, 0x540f, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451]
/** PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_GET_SECCOMP, PR_SET_NO_NEW_PRIVS and its reader, PR_SET_VMA. */
const PRCTLS = [2, 3, 15, 16, 21, 38, 39, 0x53564d41]

/**
 * F_GETLK, F_OFD_GETLK, F_NOTIFY: locks and changes of the system's files, which programs share. F_SETPIPE_SZ: memory that
 * no limit counts.
 */
const FCNTLS = [5, 36, 1026, 1031]
/** SO_SNDBUF, SO_SNDBUFFORCE: memory that no limit counts. */
const SOCKET_OPTIONS = [7, 32]

const load = (offset: number): Instruction => ({ code: BPF.load, jumpTrue: 0, jumpFalse: 0, value: offset })
const answer = (value: number): Instruction => ({ code: BPF.return, jumpTrue: 0, jumpFalse: 0, value })
const jump = (code: number, value: number, jumpTrue: number, jumpFalse: number): Instruction => ({
  code,
  jumpTrue,
  jumpFalse,
  value,
})

/** Filter of the system calls of a program: what is not listed in `syscall-table.ts` is refused. */
export function filterOf(machine: Machine): readonly Instruction[] {
  const column = MACHINES.indexOf(machine)
  const number = (name: keyof typeof CONDITIONAL): number => CONDITIONAL[name][column] ?? -1
  const allowed = Object.values(ALLOWED).flatMap((numbers) => numbers[column] ?? [])
  return [
    ...onThis(machine),
    ...rangesOf(allowed).flatMap(([low, high]) => allowRange(low, high)),
    ...when(number('clone3'), [answer(VERDICT.unknown)]),
    ...when(number('clone'), [
      load(OFFSET.argument(0)),
      jump(BPF.anyBit, NEW_NAMESPACES, 0, 1),
      answer(VERDICT.refuse),
      answer(VERDICT.allow),
    ]),
    ...when(number('socket'), oneOf(0, [AF_UNIX], VERDICT.noNetwork)),
    ...when(number('ioctl'), oneOf(1, IOCTLS, VERDICT.refuse)),
    ...when(number('fcntl'), noneOf(1, FCNTLS)),
    ...when(number('setsockopt'), noneOf(2, SOCKET_OPTIONS)),
    ...when(number('prctl'), oneOf(0, PRCTLS, VERDICT.refuse)),
    // Its own limits, which it can only lower; not those of another process.
    ...when(number('prlimit64'), oneOf(0, [0], VERDICT.refuse)),
    jump(BPF.atLeast, NEW_CALLS, 0, 1),
    answer(VERDICT.unknown),
    answer(VERDICT.refuse),
  ]
}

/** A call by the numbers of another machine would be read by the wrong table. */
const onThis = (machine: Machine): readonly Instruction[] => [
  load(OFFSET.machine),
  jump(BPF.equal, AUDIT[machine], 1, 0),
  answer(VERDICT.kill),
  load(OFFSET.number),
  ...(machine === 'x86_64' ? [jump(BPF.atLeast, X32, 0, 1), answer(VERDICT.kill)] : []),
]

/** Runs of consecutive numbers. */
function rangesOf(numbers: readonly number[]): readonly (readonly [low: number, high: number])[] {
  const sorted = [...numbers].sort((a, b) => a - b)
  const starts = sorted.filter((number, at) => number - 1 !== sorted[at - 1])
  const ends = sorted.filter((number, at) => number + 1 !== sorted[at + 1])
  return starts.map((start, at) => [start, ends[at] ?? start])
}

const allowRange = (low: number, high: number): readonly Instruction[] =>
  low === high
    ? [jump(BPF.equal, low, 0, 1), answer(VERDICT.allow)]
    : [jump(BPF.atLeast, low, 0, 2), jump(BPF.above, high, 1, 0), answer(VERDICT.allow)]

/** A block for one call; it ends with an answer. */
const when = (number: number, block: readonly Instruction[]): readonly Instruction[] => [
  jump(BPF.equal, number, 0, block.length),
  ...block,
]

/** Allows the call if an argument is one of the values. */
const oneOf = (index: number, values: readonly number[], otherwise: number): readonly Instruction[] => [
  load(OFFSET.argument(index)),
  ...values.map((value, at) => jump(BPF.equal, value, values.length - at, 0)),
  answer(otherwise),
  answer(VERDICT.allow),
]

/** Refuses the call if an argument is one of the values. */
const noneOf = (index: number, values: readonly number[]): readonly Instruction[] => [
  load(OFFSET.argument(index)),
  ...values.map((value, at) => jump(BPF.equal, value, values.length - at, 0)),
  answer(VERDICT.allow),
  answer(VERDICT.refuse),
]

/** Bytes as the kernel reads them. */
export function assembled(filter: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(8 * filter.length)
  filter.forEach(({ code, jumpTrue, jumpFalse, value }, at) => {
    bytes.writeUInt16LE(code, 8 * at)
    bytes.writeUInt8(jumpTrue, 8 * at + 2)
    bytes.writeUInt8(jumpFalse, 8 * at + 3)
    bytes.writeUInt32LE(value >>> 0, 8 * at + 4)
  })
  return bytes
}
