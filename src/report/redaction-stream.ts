import type { SecretIndex } from "./secret-index.ts";

/** Redacts a text that arrives in pieces, holding back as much as could still become part of a secret. */
export type RedactionStream = {
  /** What of the text so far is safe to show and was not shown before. */
  push(delta: string): string;
  /** The rest. Afterwards the stream starts anew. */
  end(): string;
};

/** The position, or the one before when it would split a character of two units. */
const wholeCharacters = (text: string, from: number, until: number): number =>
  until > from && /[\ud800-\udbff]/.test(text[until - 1] ?? "") ? until - 1 : until;

type Pending = {
  readonly buffer: string;
  /** How much of the buffer was decided; it stays as context for what follows. */
  readonly decided: number;
  /** Whether the last decided character was a secret's, so that the same hole goes on. */
  readonly inHole: boolean;
};

const nothing: Pending = { buffer: "", decided: 0, inHole: false };

/** What to show up to a position, and whether it ends in a hole. */
const shown = (
  { buffer, decided, inHole }: Pending,
  until: number,
  { index, hole }: { readonly index: SecretIndex; readonly hole: string },
): { readonly out: string; readonly inHole: boolean } => {
  let out = "";
  let at = decided;
  let open = inHole;
  for (const span of index.find(buffer)) {
    if (span.end <= at) continue;
    if (span.start >= until) break;
    const start = Math.max(span.start, at);
    out += buffer.slice(at, start);
    if (!open || start > at) out += hole;
    open = true;
    at = Math.min(span.end, until);
  }
  return { out: out + buffer.slice(at, until), inHole: open && until <= at };
};

/** Pushed and ended, it says exactly what redacting the whole text at once would say. */
export const redactionStream = (index: SecretIndex, hole: string): RedactionStream => {
  let pending = nothing;
  const decide = (until: number): string => {
    const { out, inHole } = shown(pending, until, { index, hole });
    const context = Math.max(0, until - index.reach);
    pending = { buffer: pending.buffer.slice(context), decided: until - context, inHole };
    return out;
  };
  return {
    push(delta) {
      pending = { ...pending, buffer: pending.buffer + delta };
      const { buffer, decided } = pending;
      return decide(wholeCharacters(buffer, decided, Math.max(decided, buffer.length - index.reach)));
    },
    end() {
      const rest = decide(pending.buffer.length);
      pending = nothing;
      return rest;
    },
  };
};
