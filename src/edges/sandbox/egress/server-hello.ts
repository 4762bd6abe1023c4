const [handshakeRecord, serverHelloMessage] = [22, 2];
/** Where, in the first record, the message begins, and its random (RFC 8446, 4.1.3 and 5.1). */
const [messageStart, randomStart, randomBytes] = [5, 11, 32];

/** The random by which a ServerHello is a HelloRetryRequest (RFC 8446, 4.1.3): SHA-256 of that word. */
const retryRandom = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");

/** Whether a server has said enough to know what its hello is, or has said something else. */
export const isServerHelloWhole = (bytes: Buffer): boolean =>
  isOther(bytes) || bytes.length >= randomStart + randomBytes;

const isOther = (bytes: Buffer): boolean =>
  (bytes.length > 0 && bytes[0] !== handshakeRecord) ||
  (bytes.length > messageStart && bytes[messageStart] !== serverHelloMessage);

/** A hello in pieces of records, which no server sends, is taken for one: then the client's next bytes are looked at. */
export const isHelloRetry = (bytes: Buffer): boolean =>
  !isOther(bytes) &&
  (bytes.subarray(randomStart, randomStart + randomBytes).equals(retryRandom) ||
    bytes.readUInt16BE(3) < randomStart + randomBytes - messageStart);
