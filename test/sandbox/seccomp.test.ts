import { describe, expect, it } from 'vitest'
import { assembled, BPF, filterOf, type Instruction, VERDICT } from '../../sandbox/linux/seccomp.ts'
import { ALLOWED, CONDITIONAL, MACHINES, type Machine } from '../../sandbox/linux/syscall-table.ts'

interface Call {
  readonly number: number
  readonly machine: number
  readonly args?: readonly number[]
}

const AUDIT: Readonly<Record<Machine, number>> = { x86_64: 0xc000003e, aarch64: 0xc00000b7 }

/** What the kernel's interpreter does with a call, one instruction at a time. */
function verdictOf(filter: readonly Instruction[], { number, machine, args = [] }: Call): number {
  const data = new Map([
    [0, number],
    [4, machine],
    ...args.map((value, index) => [16 + 8 * index, value >>> 0] as const),
  ])
  let accumulator = 0
  for (let at = 0; at < filter.length; at++) {
    const { code, jumpTrue, jumpFalse, value } = filter[at] ?? { code: -1, jumpTrue: 0, jumpFalse: 0, value: 0 }
    if (code === BPF.return) return value
    if (code === BPF.load) accumulator = data.get(value) ?? 0
    else at += isTrue(code, accumulator, value) ? jumpTrue : jumpFalse
  }
  throw new Error('the filter has no answer')
}

function isTrue(code: number, accumulator: number, value: number): boolean {
  if (code === BPF.equal) return accumulator === value
  if (code === BPF.atLeast) return accumulator >= value
  if (code === BPF.above) return accumulator > value
  if (code === BPF.anyBit) return (accumulator & value) !== 0
  throw new Error(`no instruction ${code}`)
}

/** Calls that no program may make, by their numbers on x86-64. */
const DANGEROUS = {
  ptrace: 101,
  syslog: 103,
  setuid: 105,
  setgid: 106,
  setgroups: 116,
  capset: 126,
  personality: 135,
  vhangup: 153,
  modify_ldt: 154,
  pivot_root: 155,
  acct: 163,
  settimeofday: 164,
  mount: 165,
  umount2: 166,
  swapon: 167,
  reboot: 169,
  sethostname: 170,
  iopl: 172,
  ioperm: 173,
  init_module: 175,
  delete_module: 176,
  quotactl: 179,
  chroot: 161,
  sched_setaffinity: 203,
  io_setup: 206,
  clock_settime: 227,
  kexec_load: 246,
  add_key: 248,
  request_key: 249,
  keyctl: 250,
  unshare: 272,
  perf_event_open: 298,
  fanotify_init: 300,
  name_to_handle_at: 303,
  open_by_handle_at: 304,
  setns: 308,
  process_vm_readv: 310,
  process_vm_writev: 311,
  kcmp: 312,
  finit_module: 313,
  seccomp: 317,
  memfd_create: 319,
  bpf: 321,
  userfaultfd: 323,
  shmget: 29,
  shmat: 30,
  msgget: 68,
  semget: 64,
  mq_open: 240,
  setpriority: 141,
  sched_setscheduler: 144,
  vmsplice: 278,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsmount: 432,
  pidfd_getfd: 438,
  process_madvise: 440,
  mount_setattr: 442,
  landlock_create_ruleset: 444,
  memfd_secret: 447,
}

describe.each(MACHINES)('the filter of system calls on %s', (machine) => {
  const filter = filterOf(machine)
  const column = MACHINES.indexOf(machine)
  const allowed = new Set(Object.values(ALLOWED).flatMap((numbers) => numbers[column] ?? []))
  const conditional = new Set<number>(Object.values(CONDITIONAL).flatMap((numbers) => numbers[column] ?? []))
  const verdict = (number: number, ...args: readonly number[]) =>
    verdictOf(filter, { number, machine: AUDIT[machine], args })
  const numberOf = (name: keyof typeof CONDITIONAL): number => CONDITIONAL[name][column] ?? -1

  it('allows every call of its list, and refuses every other one', () => {
    for (let number = 0; number < 1000; number++) {
      if (conditional.has(number)) continue
      const refused = number < 424 ? VERDICT.refuse : VERDICT.unknown
      expect([number, verdict(number)]).toEqual([number, allowed.has(number) ? VERDICT.allow : refused])
    }
  })

  it('kills what calls by the numbers of another machine', () => {
    for (const other of [0x40000003, 0, 0xc000003e, 0xc00000b7])
      if (other !== AUDIT[machine]) expect(verdictOf(filter, { number: 1, machine: other })).toBe(VERDICT.kill)
  })

  it('lets processes and threads be made, but no namespaces', () => {
    const clone = numberOf('clone')
    expect([0x11, 0x01200011, 0x3d0f00].map((flags) => verdict(clone, flags))).toEqual([
      VERDICT.allow,
      VERDICT.allow,
      VERDICT.allow,
    ])
    for (const flag of [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
      expect([flag, verdict(clone, flag | 0x11)]).toEqual([flag, VERDICT.refuse])
    expect(verdict(numberOf('clone3'))).toBe(VERDICT.unknown)
  })

  it('lets sockets be made that stay on the machine', () => {
    expect(verdict(numberOf('socket'), 1)).toBe(VERDICT.allow)
    for (const family of [0, 2, 10, 16, 17, 38, 40]) expect(verdict(numberOf('socket'), family)).toBe(VERDICT.noNetwork)
  })

  it('lets a process see and lower its own limits, not those of others', () => {
    expect([0, 1, 2].map((pid) => verdict(numberOf('prlimit64'), pid))).toEqual([
      VERDICT.allow,
      VERDICT.refuse,
      VERDICT.refuse,
    ])
  })

  it('refuses what would put characters into a terminal, or survive the end of the parent', () => {
    expect([0x5412, 0x541c, 0x5401].map((call) => verdict(numberOf('ioctl'), 3, call))).toEqual([
      VERDICT.refuse,
      VERDICT.refuse,
      VERDICT.allow,
    ])
    expect([1, 4, 8, 22, 15].map((option) => verdict(numberOf('prctl'), option))).toEqual([
      VERDICT.refuse,
      VERDICT.refuse,
      VERDICT.refuse,
      VERDICT.refuse,
      VERDICT.allow,
    ])
  })

  it('has jumps that stay inside it, and ends with an answer', () => {
    filter.forEach(({ code, jumpTrue, jumpFalse }, at) => {
      if (code !== BPF.return && code !== BPF.load)
        expect(at + 1 + Math.max(jumpTrue, jumpFalse)).toBeLessThan(filter.length)
    })
    expect(filter.at(-1)?.code).toBe(BPF.return)
    expect(filter.length).toBeLessThan(4096)
  })

  it('is assembled as the kernel reads it: code, two jumps, a value, little-endian', () => {
    const bytes = assembled([{ code: 0x15, jumpTrue: 1, jumpFalse: 2, value: 0xc000003e }])
    expect([...bytes]).toEqual([0x15, 0, 1, 2, 0x3e, 0, 0, 0xc0])
    expect(assembled(filter).length).toBe(8 * filter.length)
  })
})

describe('the filter of system calls', () => {
  it.each(Object.entries(DANGEROUS))('does not allow %s', (_, number) => {
    expect(verdictOf(filterOf('x86_64'), { number, machine: AUDIT.x86_64 })).not.toBe(VERDICT.allow)
  })

  it('kills calls of the x32 interface', () => {
    expect(verdictOf(filterOf('x86_64'), { number: 0x40000000 + 1, machine: AUDIT.x86_64 })).toBe(VERDICT.kill)
  })
})
