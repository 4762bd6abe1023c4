import type { Socket } from "node:net";

/** Why an attempt comes to nothing. */
export type Refusal = {
  readonly type: "refusal";
  /** `refused` by the rules, or `allowed` and failed. */
  readonly verdict: "allowed" | "refused";
  readonly status: number;
  /** A clause, without a stop. */
  readonly reason: string;
  /** What the reader can do: a sentence. */
  readonly advice: string;
};

export const refused = (reason: string, advice: string, status = 403): Refusal => ({
  type: "refusal",
  verdict: "refused",
  status,
  reason,
  advice,
});

/** The other side's fault, not the rules'. */
export const failed = (reason: string): Refusal => ({
  type: "refusal",
  verdict: "allowed",
  status: 502,
  reason,
  advice: "The host is allowed; it was not reached.",
});

/** Answers an HTTP request with a refusal and hangs up. */
export const answerRefusal = (client: Socket, { status, reason, advice }: Refusal): void => {
  const body = printable(`Expert Stack: ${reason}. ${advice}`);
  client.write(
    [
      // Few clients show the body of a refused CONNECT; Python, and curl when asked, show this line.
      `HTTP/1.1 ${status} ${printable(reason)}`,
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${body.length + 1}`,
      "Connection: close",
      "",
      `${body}\n`,
    ].join("\r\n"),
  );
  client.destroySoon();
};

/** Text of a stranger in one line of ASCII. */
export const printable = (text: string): string => text.replace(/[^ -~]/g, "?");
