/** The present, as screens show it: the product's clock, which the sandbox may have moved, going on with the machine's. */

let ahead = 0;
let now = $state(Date.now());

export const clock = {
  get now(): number {
    return now;
  },
  /** Take what the server says is now. */
  set(instant: number): void {
    ahead = instant - Date.now();
    now = instant;
  },
};

setInterval(() => {
  now = Date.now() + ahead;
}, 5_000);
