const [handshakeRecord, serverHelloMessage] = [22, 2];
/** Where, in the first record, the message begins, and its random (RFC 8446, 4.1.3 and 5.1). */
const [messageStart, randomStart, randomBytes] = [5, 11, 32];

/** The random by which a ServerHello is a HelloRetryRequest (RFC 8446, 4.1.3): SHA-256 of that word. */
const retryRandom = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");

/** Alerts and what old boxes want to see (RFC 8446, 5 and D.4): neither is an answer to a hello. */
const [cipherChangeRecord, alertRecord] = [20, 21];

/** What stands behind the records that are no answer; nothing yet while one of them is cut. */
const answerOf = (bytes: Buffer): Buffer => {
  let rest = bytes;
  while (rest[0] === cipherChangeRecord || rest[0] === alertRecord) {
    if (rest.length < messageStart) return Buffer.alloc(0);
    rest = rest.subarray(messageStart + rest.readUInt16BE(3));
  }
  return rest;
};

/** Whether a server has said enough to know what its hello is, or has said something else than TLS. */
export const isServerHelloWhole = (bytes: Buffer): boolean => {
  const answer = answerOf(bytes);
  return answer.length > 0 && (answer[0] !== handshakeRecord || answer.length >= randomStart + randomBytes);
};

/**
 * Whether the client's next message has to be looked at. Also for a hello in pieces of records, or behind another message:
 * no server sends that.
 */
export const isHelloRetry = (bytes: Buffer): boolean => {
  const answer = answerOf(bytes);
  if (answer[0] !== handshakeRecord) return false;
  return (
    answer[messageStart] !== serverHelloMessage ||
    answer.readUInt16BE(3) < randomStart + randomBytes - messageStart ||
    answer.subarray(randomStart, randomStart + randomBytes).equals(retryRandom)
  );
};
