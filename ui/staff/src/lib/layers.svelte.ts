/** Dialogs that are open, the last on top: whatever lies below it can be neither touched nor heard. */

let open = $state.raw<readonly symbol[]>([]);

/** Whether nothing lies over this dialog; without one, whether none is open. */
export function isTop(dialog?: symbol): boolean {
  return open.at(-1) === dialog;
}

/** Lay a dialog over all others; returns what takes it away. */
export function lay(dialog: symbol): () => void {
  open = [...open, dialog];
  return () => {
    open = open.filter((each) => each !== dialog);
  };
}
