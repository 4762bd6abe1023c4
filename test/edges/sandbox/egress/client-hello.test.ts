import { describe, expect, it, test } from "vitest";
import { maxHelloBytes, readClientHello } from "../../../../src/edges/sandbox/egress/client-hello.ts";
import { helloFor } from "./egress-fixture.ts";

const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const sized = (content: Buffer): Buffer => Buffer.concat([u16(content.length), content]);
const extension = (type: number, content: Buffer): Buffer => Buffer.concat([u16(type), sized(content)]);
const nameEntry = (name: string, type = 0): Buffer =>
  Buffer.concat([Buffer.from([type]), sized(Buffer.from(name, "latin1"))]);
const serverName = (...names: readonly string[]): Buffer =>
  extension(0, sized(Buffer.concat(names.map((name) => nameEntry(name)))));

const message = (extensions: readonly Buffer[], tail = Buffer.alloc(0)): Buffer => {
  const body = Buffer.concat([
    ...[Buffer.from([3, 3]), Buffer.alloc(32, 7), Buffer.from([0])],
    ...[sized(Buffer.from([0x13, 0x01])), Buffer.from([1, 0])],
    ...[sized(Buffer.concat(extensions)), tail],
  ]);
  return Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
};

const record = (content: Buffer, type = 22): Buffer =>
  Buffer.concat([Buffer.from([type, 3, 1]), sized(content)]);

const pieces = (bytes: Buffer, size: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

const plain = message([serverName("api.example.com")]);
const named = { type: "hello", serverName: "api.example.com" };

describe("given the hello of a real TLS client", () => {
  test("its server name is read, and no prefix of it is enough or foreign", async () => {
    const bytes = await helloFor("api.example.com");
    expect(readClientHello(bytes)).toEqual({ ...named, length: bytes.length });
    for (let length = 0; length < bytes.length; length++) {
      expect(readClientHello(bytes.subarray(0, length))).toEqual({ type: "incomplete" });
    }
  });

  test("without a server name it is unfit", async () => {
    expect(readClientHello(await helloFor(undefined))).toEqual({
      type: "unfit",
      what: "a TLS hello without a server name",
    });
  });
});

describe("given a hello in several TLS records", () => {
  it.each([2, 3, 50, 100])("of %i bytes each, its name is read once all are there", (size) => {
    const bytes = Buffer.concat(pieces(plain, size).map((piece) => record(piece)));
    expect(readClientHello(bytes)).toEqual({ ...named, length: bytes.length });
    expect(readClientHello(bytes.subarray(0, -1))).toEqual({ type: "incomplete" });
  });

  it("what is behind it is not looked at, and where the hello ends is told", () => {
    const first = record(plain);
    expect(readClientHello(Buffer.concat([first, record(Buffer.alloc(9), 23)]))).toEqual({
      ...named,
      length: first.length,
    });
  });

  it("another record in the midst of it makes it unfit", () => {
    const [first = plain, second = plain] = pieces(plain, 40);
    const bytes = Buffer.concat([record(first), record(Buffer.from([1]), 20), record(second)]);
    expect(readClientHello(bytes)).toMatchObject({ what: "something other than TLS" });
  });
});

describe("given bytes that a server could read otherwise", () => {
  const unfit: readonly (readonly [string, Buffer])[] = [
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n")],
    ["one byte of SSH", Buffer.from("S")],
    ["an SSL 2 hello", Buffer.from([0x80, 0x2e, 1, 3, 1])],
    ["a TLS alert", record(Buffer.from([2, 49]), 21)],
    ["an empty record", Buffer.concat([record(Buffer.alloc(0)), record(plain)])],
    ["a server's hello", record(Buffer.concat([Buffer.from([2]), plain.subarray(1)]))],
    ["two messages in one record", record(Buffer.concat([plain, plain]))],
    ["two messages in two records", Buffer.concat([record(plain), record(plain)])],
    ["two server_name extensions", record(message([serverName("api.example.com"), serverName("evil.com")]))],
    ["two names in one", record(message([serverName("api.example.com", "evil.com")]))],
    ["a name of another type", record(message([extension(0, sized(nameEntry("api.example.com", 1)))]))],
    ["an empty server_name", record(message([extension(0, Buffer.alloc(0))]))],
    ["a name that is cut", record(message([extension(0, u16(9))]))],
    [
      "bytes behind the names",
      record(message([extension(0, Buffer.concat([sized(nameEntry("a.com")), u16(0)]))])),
    ],
    ["bytes behind the extensions", record(message([serverName("api.example.com")], Buffer.from([0])))],
    ["half an extension", record(message([serverName("api.example.com"), u16(5)]))],
    ["no content", record(Buffer.from([1, 0, 0, 0]))],
  ];

  it.each(unfit)("%s is unfit", (_name, bytes) => {
    expect(readClientHello(bytes)).toMatchObject({ type: "unfit" });
  });

  it("an encrypted hello is unfit, whatever its name in the clear is", () => {
    const bytes = record(message([serverName("api.example.com"), extension(0xfe0d, Buffer.alloc(40))]));
    expect(readClientHello(bytes)).toMatchObject({ what: expect.stringContaining("encrypted TLS hello") });
  });

  it("a hello without any extension has no name", () => {
    const body = Buffer.concat([Buffer.alloc(35), sized(Buffer.from([0x13, 0x01])), Buffer.from([1, 0])]);
    const bytes = record(Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]));
    expect(readClientHello(bytes)).toMatchObject({ what: "a TLS hello without a server name" });
  });
});

describe("given a hello that never ends", () => {
  const endless = Buffer.concat([Buffer.from([1, 0xff, 0xff, 0xff]), Buffer.alloc(maxHelloBytes)]);
  const tooLong = { type: "unfit", what: "a TLS hello that is too long" };

  it("it is given up at the limit", () => {
    const bytes = record(endless.subarray(0, 16_384));
    expect(readClientHello(bytes.subarray(0, maxHelloBytes - 1))).toEqual({ type: "incomplete" });
    expect(readClientHello(bytes.subarray(0, maxHelloBytes))).toEqual(tooLong);
  });

  it("it is given up after a great many records", () => {
    const records = pieces(endless, 1)
      .slice(0, 66)
      .map((piece) => record(piece));
    expect(readClientHello(Buffer.concat(records.slice(0, 64)))).toEqual({ type: "incomplete" });
    expect(readClientHello(Buffer.concat(records))).toEqual(tooLong);
  });
});
