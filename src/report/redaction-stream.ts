import type { SecretIndex } from "./secret-index.ts";

/** Redacts a text that arrives in pieces, holding back as much as could still become part of a secret. */
export type RedactionStream = {
  /** What of the text so far is safe to show and was not shown before. */
  push(delta: string): string;
  /** The rest. Afterwards the stream starts anew. */
  end(): string;
};

/** Pushed and ended, it says exactly what redacting the whole text at once would say. */
export const redactionStream = (index: SecretIndex, hole: string): RedactionStream => {
  let buffer = "";
  /** How much of the buffer was decided; it stays as context for what follows. */
  let decided = 0;
  let inHole = false;

  const decide = (until: number): string => {
    let out = "";
    let at = decided;
    for (const span of index.find(buffer)) {
      if (span.end <= at) continue;
      if (span.start >= until) break;
      const start = Math.max(span.start, at);
      if (start > at) inHole = false;
      out += buffer.slice(at, start);
      if (!inHole) out += hole;
      inHole = true;
      at = Math.min(span.end, until);
    }
    if (until > at) inHole = false;
    out += buffer.slice(at, until);
    const context = Math.max(0, until - index.reach);
    buffer = buffer.slice(context);
    decided = until - context;
    return out;
  };

  return {
    push(delta) {
      buffer += delta;
      const safe = Math.max(decided, buffer.length - index.reach);
      const inPair = /[\ud800-\udbff]/.test(buffer[safe - 1] ?? "") && safe > decided;
      return decide(inPair ? safe - 1 : safe);
    },
    end() {
      const rest = decide(buffer.length);
      buffer = "";
      decided = 0;
      inHole = false;
      return rest;
    },
  };
};
