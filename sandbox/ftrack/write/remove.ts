import { joinKey, keyOf, type Row } from "../store/row.ts";
import type { WriteContext } from "./context.ts";

/** Removes a row; rows that name it follow it or forget it. Parents go before what they contain. */
export function removeRow(
  base: string,
  key: string,
  row: Row,
  context: WriteContext,
): void {
  const { store, catalogue } = context;
  store.remove(base, key);
  const id = keyOf(row, "id");
  if (id === "") return;
  for (const referrer of catalogue.referrers.get(base) ?? []) {
    if (referrer.onDelete === "keep") continue;
    for (const found of [...store.find(referrer.base, referrer.column, id)]) {
      const type = catalogue.types.get(found.$type);
      const foundKey = joinKey(
        (type?.key ?? ["id"]).map((c) => keyOf(found, c)),
      );
      const current = store.get(referrer.base, foundKey);
      if (current === undefined) continue;
      if (referrer.onDelete === "cascade" || referrer.inKey)
        removeRow(referrer.base, foundKey, current, context);
      else store.put(referrer.base, { ...current, [referrer.column]: null });
    }
  }
}
