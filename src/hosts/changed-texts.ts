/**
 * The same JSON value with every text in it changed, at whatever depth; keys stay as they are.
 *
 * @returns a value of the same shape
 */
export const changedTexts = async (
  value: unknown,
  change: (text: string) => Promise<string>,
): Promise<unknown> => {
  if (typeof value === "string") return await change(value);
  if (Array.isArray(value)) return await Promise.all(value.map((item) => changedTexts(item, change)));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(
    async ([key, member]) => [key, await changedTexts(member, change)] as const,
  );
  return Object.fromEntries(await Promise.all(members));
};
