import { systemTool } from "./program-file.ts";

/** System calls by number, on the two processors that runners have. `clone3` and later ones are the same on both. */
type Numbers = {
  readonly audit: number;
  readonly denied: readonly number[];
  readonly clone: number;
  readonly unshare: number;
  readonly ioctl: number;
  readonly socket: number;
  /** Calls that give a file its mode, with the argument it is in. */
  readonly modes: readonly (readonly [nr: number, mode: number])[];
  /** Calls that may make a file, with the arguments of the flags and of the mode. */
  readonly opens: readonly (readonly [nr: number, flags: number, mode: number])[];
};

/**
 * What no program of a skill has to do with: keys of the kernel's rings, which no namespace holds; mounts, modules,
 * clocks, other processes' memory; and interfaces in which the kernel's mistakes are found (bpf, io_uring, userfaultfd).
 * The order is: keyctl, add_key, request_key, mount, umount2, pivot_root, chroot, setns, swapon, swapoff, reboot,
 * init_module, finit_module, delete_module, kexec_load, kexec_file_load, bpf, perf_event_open, userfaultfd,
 * open_by_handle_at, process_vm_readv, process_vm_writev, kcmp, acct, quotactl, settimeofday, clock_settime, adjtimex,
 * clock_adjtime, vhangup, syslog.
 */
const x64: Numbers = {
  audit: 0xc000003e,
  denied: [
    250, 248, 249, 165, 166, 155, 161, 308, 167, 168, 169, 175, 313, 176, 246, 320, 321, 298, 323, 304, 310,
    311, 312, 163, 179, 164, 227, 159, 305, 153, 103,
  ],
  clone: 56,
  unshare: 272,
  ioctl: 16,
  socket: 41,
  // chmod, fchmod, fchmodat, creat, mknod, mknodat; open, openat.
  modes: [
    [90, 1],
    [91, 1],
    [268, 2],
    [85, 1],
    [133, 1],
    [259, 2],
  ],
  opens: [
    [2, 1, 2],
    [257, 2, 3],
  ],
};

const arm64: Numbers = {
  audit: 0xc00000b7,
  denied: [
    219, 217, 218, 40, 39, 41, 51, 268, 224, 225, 142, 105, 273, 106, 104, 294, 280, 241, 282, 265, 270, 271,
    272, 89, 60, 170, 112, 171, 266, 58, 116,
  ],
  clone: 220,
  unshare: 97,
  ioctl: 29,
  socket: 198,
  // fchmod, fchmodat, mknodat; openat.
  modes: [
    [52, 1],
    [53, 2],
    [33, 2],
  ],
  opens: [[56, 2, 3]],
};

/** io_uring's three, the newer calls that mount, `mount_setattr`, `pidfd_getfd`. */
const deniedEverywhere = [425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 438];

const [clone3, openat2, fchmodat2] = [435, 437, 452];
/**
 * Set-user-id: outside, what has it would run as the runner for whoever starts it. Set-group-id is left: folders have it,
 * and their tools keep it.
 */
const setId = 0o4000;
/** `O_CREAT`, and the bit of `O_TMPFILE` that is its own; without either an open's mode is not looked at. */
const creating = 0o100 | 0o20000000;
const newUserNamespace = 0x10000000;
/** Typing into a terminal (`TIOCSTI`), and the console's own way of it (`TIOCLINUX`). */
const typing = [0x5412, 0x541c];
/** Unix, IPv4, IPv6, netlink. Of the others some know no network namespace, such as a virtual machine's own (vsock). */
const families = [1, 2, 10, 16];

const allow = 0x7fff0000;
const kill = 0x80000000;
const refuse = (errno: number): number => 0x00050000 | errno;
const [notPermitted, notThere, noFamily] = [1, 38, 97];

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const isEqual = (value: number, [ifTrue, ifFalse]: readonly [number, number]): Instruction => [
  0x15,
  ifTrue,
  ifFalse,
  value,
];
const hasBits = (value: number, [ifTrue, ifFalse]: readonly [number, number]): Instruction => [
  0x45,
  ifTrue,
  ifFalse,
  value,
];
const isAtLeast = (value: number, [ifTrue, ifFalse]: readonly [number, number]): Instruction => [
  0x35,
  ifTrue,
  ifFalse,
  value,
];
const give = (verdict: number): Instruction => [0x06, 0, 0, verdict];

/** Where `struct seccomp_data` has the call's number, the processor's name, and the low half of an argument. */
const [number, processor] = [0, 4];
const argument = (index: number): number => 16 + index * 8;

/** A test of one call, after which the number is loaded again for the next. */
const ifCall = (nr: number, tests: readonly Instruction[]): readonly Instruction[] => [
  isEqual(nr, [0, tests.length + 1]),
  ...tests,
  load(number),
];

const unlessIn = (values: readonly number[], verdict: number): readonly Instruction[] => [
  ...values.map((value, at) => isEqual(value, [values.length - at, 0])),
  give(verdict),
];

const ifIn = (values: readonly number[], verdict: number): readonly Instruction[] =>
  values.flatMap((value) => [isEqual(value, [0, 1]), give(verdict)]);

/**
 * A filter of system calls for bubblewrap's `--seccomp`, as the kernel reads it (classic BPF, little endian): a list of
 * what is refused, so that ordinary programs meet nothing new. Another processor's calls (32 bits, x32) end the process.
 *
 * @returns undefined for a processor whose numbers are not known here
 */
export const seccompFilter = (architecture: string): Buffer | undefined => {
  const numbers = { x64, arm64 }[architecture];
  if (numbers === undefined) return undefined;
  const { denied, clone, unshare, ioctl, socket, modes, opens } = numbers;
  const program: readonly Instruction[] = [
    load(processor),
    isEqual(numbers.audit, [1, 0]),
    give(kill),
    load(number),
    ...(architecture === "x64" ? [isAtLeast(0x40000000, [0, 1]), give(kill)] : []),
    ...ifIn([...denied, ...deniedEverywhere], refuse(notPermitted)),
    // What they ask for is in memory, where a filter cannot look: programs fall back to `clone` and `openat`.
    ...ifIn([clone3, openat2], refuse(notThere)),
    ...[...modes, [fchmodat2, 2] as const].flatMap(([nr, mode]) =>
      ifCall(nr, [load(argument(mode)), hasBits(setId, [0, 1]), give(refuse(notPermitted))]),
    ),
    ...opens.flatMap(([nr, flags, mode]) =>
      ifCall(nr, [
        ...[load(argument(flags)), hasBits(creating, [0, 3])],
        ...[load(argument(mode)), hasBits(setId, [0, 1]), give(refuse(notPermitted))],
      ]),
    ),
    ...[clone, unshare].flatMap((nr) =>
      ifCall(nr, [load(argument(0)), hasBits(newUserNamespace, [0, 1]), give(refuse(notPermitted))]),
    ),
    ...ifCall(ioctl, [load(argument(1)), ...ifIn(typing, refuse(notPermitted))]),
    ...ifCall(socket, [load(argument(0)), ...unlessIn(families, refuse(noFamily))]),
    give(allow),
  ];
  return encoded(program);
};

const encoded = (program: readonly Instruction[]): Buffer => {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
};

/** Installs the filter that descriptor 7 holds, by `prctl`, and starts the rest. */
const perl = (
  prctl: number,
): string => `open(my $in, "<&=7") or die; binmode $in; local $/; my $filter = <$in>; close $in;
my $program = pack("S x![P] P", length($filter) / 8, $filter);
syscall(${prctl}, 22, 2, $program) == 0 or die "seccomp: $!"; exec { $ARGV[0] } @ARGV or die;`;

/**
 * The words that start a program under the filter, before the program's own, where no tool of the system's loads one:
 * perl, which is on every Debian and Ubuntu, can ask the kernel. None where there is no perl.
 */
export const filterLoader = (architecture: string): readonly string[] => {
  const prctl = { x64: 157, arm64: 167 }[architecture];
  const program = systemTool("perl");
  return prctl === undefined || program === undefined ? [] : [program, "-e", perl(prctl)];
};
