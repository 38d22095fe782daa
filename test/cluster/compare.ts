/** How many requests a server is sent at once. */
const AT_ONCE = 16;
/** How many differences a failure shows. */
const SHOWN = 3;

/** Asks about each item, several at once, and expects that nothing is wrong with any of them. */
export async function expectNothingWrong<Item extends object>(
  items: readonly Item[], wrongWith: (item: Item) => Promise<object | undefined>,
): Promise<void> {
  const found: object[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < items.length) {
      const item = items[next++];
      const wrong = await wrongWith(item);
      if (wrong) found.push({ ...item, ...wrong });
    }
  }));
  expect({ wrong: found.length, such: found.slice(0, SHOWN).map(shortened) }).toEqual({ wrong: 0, such: [] });
}

function shortened(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/x{100,}|é{100,}/g, (long) => `${long[0]}*${long.length}`));
}
