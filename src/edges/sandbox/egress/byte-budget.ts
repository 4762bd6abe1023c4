/** Bytes that all connections of a proxy may move in one direction. */
export type ByteBudget = {
  readonly maxBytes: number;
  /** @returns false when there were not so many left */
  take(bytes: number): boolean;
  isSpent(): boolean;
};

export const byteBudget = (maxBytes: number): ByteBudget => {
  let left = maxBytes;
  return {
    maxBytes,
    take(bytes) {
      left -= bytes;
      return left >= 0;
    },
    isSpent: () => left <= 0,
  };
};
