/** Milliseconds a timer can wait at most, about 24 days; given more, it fires at once. */
export const longestWaitMs = 2 ** 31 - 1;
