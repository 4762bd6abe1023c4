/** What the first bytes of a connection are. All but `incomplete` and `hello` end it. */
export type ClientHello =
  | { readonly type: "incomplete" }
  /** `length` is that of the hello with its records, in bytes: other bytes may follow. */
  | { readonly type: "hello"; readonly serverName: string; readonly length: number }
  /** `what` finishes the sentence "It sends …". */
  | { readonly type: "unfit"; readonly what: string };

/**
 * Most bytes a hello may take, records included. Hellos have about 500, with a post-quantum key 1,800, with a session
 * ticket some thousand more; a TLS record ends at 16 KiB as well, and HAProxy reads no more for the same purpose.
 */
export const maxHelloBytes = 16_384;

/**
 * Reads the server name out of a TLS ClientHello (RFC 8446, 4.1.2; RFC 6066, 3), given all bytes so far.
 *
 * It is strict, since a server that reads the same bytes otherwise would be asked for another host: nothing twice, no
 * length that does not fit, no message behind the hello.
 *
 * The name is the one in the clear. Encrypted Client Hello hides another one, which a provider of many hosts would
 * answer for. Browsers also send the extension with random content (GREASE), made so that nobody can tell; so every
 * hello that carries it is unfit. Node, Python, curl and Go send none unless told to; Chrome can be told not to.
 *
 * What is said inside TLS stays unseen: who lists a host trusts it not to serve others under its name.
 */
export const readClientHello = (bytes: Uint8Array): ClientHello => {
  const { message, length, next } = handshake(bytes);
  if (message.length > 0 && message[0] !== clientHelloMessage) return unfit("no TLS hello first");
  const content = vector(message.subarray(1), 3);
  if (content !== undefined) {
    if (content.rest.length > 0) return unfit("more than a TLS hello at once");
    const name = serverNameIn(content.content);
    return typeof name === "string" ? { type: "hello", serverName: name, length } : name;
  }
  if (next === "foreign") return unfit("something other than TLS");
  if (next === "tooMuch" || bytes.length >= maxHelloBytes) return unfit("a TLS hello that is too long");
  return { type: "incomplete" };
};

const unfit = (what: string): ClientHello => ({ type: "unfit", what });

const handshakeRecord = 22;
const clientHelloMessage = 1;
const serverNameExtension = 0;
const encryptedHelloExtension = 0xfe0d;
const earlyDataExtension = 42;
/** Real clients send one or two. Every one is read again with each chunk, so a great many would cost. */
const maxRecords = 64;

type Handshake = {
  /** What the complete handshake records at the front carry. */
  readonly message: Uint8Array;
  /** Of those records. */
  readonly length: number;
  /** What is behind them: nothing or a piece of one more, more than is read, or another thing. */
  readonly next: "open" | "tooMuch" | "foreign";
};

const handshake = (bytes: Uint8Array): Handshake => {
  const fragments: Uint8Array[] = [];
  let length = 0;
  const upTo = (next: Handshake["next"]): Handshake => ({ message: Buffer.concat(fragments), length, next });
  for (let rest = bytes; rest.length > 0; ) {
    if (fragments.length === maxRecords) return upTo("tooMuch");
    const [type, major = 3, , high, low] = rest;
    if (type !== handshakeRecord || major !== 3 || (high === 0 && low === 0)) return upTo("foreign");
    const record = vector(rest.subarray(3), 2);
    if (record === undefined) break;
    fragments.push(record.content);
    rest = record.rest;
    length = bytes.length - rest.length;
  }
  return upTo("open");
};

/** A length of `lengthBytes` bytes and as many bytes as it says; undefined when there are fewer. */
const vector = (
  bytes: Uint8Array,
  lengthBytes: 1 | 2 | 3,
): { readonly content: Uint8Array; readonly rest: Uint8Array } | undefined => {
  const end = lengthBytes + numberOf(bytes.subarray(0, lengthBytes));
  if (bytes.length < lengthBytes || bytes.length < end) return undefined;
  return { content: bytes.subarray(lengthBytes, end), rest: bytes.subarray(end) };
};

const numberOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

const serverNameIn = (hello: Uint8Array): string | ClientHello => {
  const extensions = extensionsOf(hello);
  if (extensions === undefined) return unfit("a TLS hello that is malformed");
  if (extensions.has(encryptedHelloExtension)) {
    return unfit("an encrypted TLS hello, which hides the host; switch that off in the client");
  }
  // After it data may stand between one hello and the next, which nobody could tell apart.
  if (extensions.has(earlyDataExtension))
    return unfit("a TLS hello with early data; switch that off in the client");
  const extension = extensions.get(serverNameExtension);
  if (extension === undefined) return unfit("a TLS hello without a server name");
  const list = vector(extension, 2);
  // One entry, of the only type there is: the name of a host.
  const name = list?.content[0] === 0 ? vector(list.content.subarray(1), 2) : undefined;
  if (name === undefined || name.rest.length > 0 || list?.rest.length !== 0) {
    return unfit("a TLS hello whose server name is malformed");
  }
  return Buffer.from(name.content).toString("latin1");
};

/** Extensions by type; undefined for a hello that is cut, padded, or has an extension twice. */
const extensionsOf = (hello: Uint8Array): ReadonlyMap<number, Uint8Array> | undefined => {
  const found = new Map<number, Uint8Array>();
  const session = vector(hello.subarray(versionAndRandomBytes), 1);
  const ciphers = session && vector(session.rest, 2);
  const compressions = ciphers && vector(ciphers.rest, 1);
  if (compressions?.rest.length === 0) return found;
  const extensions = compressions && vector(compressions.rest, 2);
  if (extensions?.rest.length !== 0) return undefined;
  for (let rest = extensions.content; rest.length > 0; ) {
    const extension = vector(rest.subarray(2), 2);
    const type = numberOf(rest.subarray(0, 2));
    if (extension === undefined || found.has(type)) return undefined;
    found.set(type, extension.content);
    rest = extension.rest;
  }
  return found;
};

const versionAndRandomBytes = 34;
